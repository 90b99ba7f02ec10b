"""One run, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.states import RunState
from studio import confirmations, hub, pages
from studio.access import page as shown
from studio.access import stream as streamed
from studio.access import verb
from studio.boards import controls
from studio.boards.plan import gate_rows
from studio.boards.run import Board
from studio.context import place
from studio.display import Action as Button
from studio.display import Gate
from studio.models import Artifact, Run
from studio.permissions import Action, can
from studio.services import backends, changes, decisions, gating, runs, steering

PACES = (100, 50, 25, 10)  # percent of the time that a backfill may work


@shown(Run)
def page(request: HttpRequest, run: Run) -> HttpResponse:
    board = pages.board_of(run)
    context = {
        "run": run,
        "board": board,
        "live": run.status not in pages.FINAL,
        "doc_state": board.doc_state,
        **_standing(request, run, board),
        **place(request, run.target, ("Runs", reverse("runs")), (f"Run {run.number}", "")),
    }
    return render(request, "run/page.html", context)


@shown(Run)
def board(request: HttpRequest, run: Run) -> HttpResponse:
    """The live part as a plain GET: what is fetched when the stream is not there."""
    board = pages.board_of(run)
    context = {"run": run, "board": board, **_standing(request, run, board)}
    return render(request, "run/_board.html", context)


@shown(Run)
def actions(request: HttpRequest, run: Run) -> HttpResponse:
    return render(request, "run/_actions.html", {"run": run, **_standing(request, run)})


@shown(Run)
def outcome(request: HttpRequest, run: Run) -> HttpResponse:
    board = pages.board_of(run)
    context = {"run": run, "board": board, **_standing(request, run, board)}
    return render(request, "run/_outcome.html", context)


@streamed(Run)
async def stream(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Server-sent events: a snapshot, then what changes, until the run is over."""
    return StreamingHttpResponse(
        hub.messages(pk),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


@shown(Run)
def locks(request: HttpRequest, run: Run) -> HttpResponse:
    """Fetched by each reader for themselves: who may signal whom differs."""
    return render(request, "run/_locks.html", {"run": run, **_standing(request, run)})


@verb(Action.SIGNAL, Run)
def cancel_backend(request: HttpRequest, run: Run) -> HttpResponse:
    backends.signal(run, request.user, _looked_at(request, run), end=False)
    return redirect("run", run.pk)


@verb(Action.SIGNAL, Run)
def end_backend(request: HttpRequest, run: Run) -> HttpResponse:
    confirmations.typed(request, run.target.name, what="the target's name")
    reason = confirmations.reason(request)
    backends.signal(run, request.user, _looked_at(request, run), end=True, reason=reason)
    return redirect("run", run.pk)


def _looked_at(request: HttpRequest, run: Run) -> dict[str, Any]:
    """By what the form said; its statement is the one that the person saw, not one since."""
    given = request.POST
    party = backends.found(run, given.get("pid", ""), given.get("backend_start", ""))
    return {**party, "query_start": given.get("query_start", "")}


@verb(Action.APPLY, Run)
def stop(request: HttpRequest, run: Run) -> HttpResponse:
    runs.stop_after_step(run, request.user)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def pause(request: HttpRequest, run: Run) -> HttpResponse:
    steering.pause(run, request.user)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def pace(request: HttpRequest, run: Run) -> HttpResponse:
    given = request.POST.get("pace", "")
    steering.set_pace(run, request.user, next((p for p in PACES if str(p) == given), 0))
    return redirect("run", run.pk)


@shown(Run, Action.APPLY)
def deciding(request: HttpRequest, run: Run) -> HttpResponse:
    """What else can be done about the step that stopped it: the target is asked now."""
    context = {
        "run": run,
        "decisions": _decisions(run),
        **place(request, run.target, (f"Run {run.number}", reverse("run", args=[run.pk]))),
    }
    inside = request.headers.get("HX-Request") == "true"
    return render(request, "run/_deciding.html" if inside else "run/deciding.html", context)


def _decisions(run: Run) -> list[Button]:
    found = decisions.choices(run)
    if found is None:
        return []
    plan = pages.plan_of(run.plan_id)
    step = next(step for step in plan.steps if step.number == found.step)
    return controls.deciding(run, found, f"step {step.number}, {step.kind} {step.label}")


@verb(Action.APPLY, Run)
def skip(request: HttpRequest, run: Run) -> HttpResponse:
    confirmations.typed(request, run.target.name, what="the target's name")
    reason = confirmations.reason(request)
    decisions.skip(run, request.user, _step(request), reason=reason)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def mark_done(request: HttpRequest, run: Run) -> HttpResponse:
    confirmations.typed(request, run.target.name, what="the target's name")
    reason = confirmations.reason(request)
    decisions.mark_done(run, request.user, _step(request), reason=reason)
    return redirect("run", run.pk)


def _step(request: HttpRequest) -> int:
    given = request.POST.get("step", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0


@verb(Action.APPLY, Run)
def cancel(request: HttpRequest, run: Run) -> HttpResponse:
    why = ""
    if controls.rewrites_now(run, pages.board_of(run)):
        confirmations.typed(request, run.target.name, what="the target's name")
        why = confirmations.reason(request)
    runs.cancel(run, request.user, reason=why)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def resume(request: HttpRequest, run: Run) -> HttpResponse:
    runs.resume(run, request.user)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def close(request: HttpRequest, run: Run) -> HttpResponse:
    confirmations.typed(request, run.target.name, what="the target's name")
    runs.close(run, request.user, reason=confirmations.reason(request))
    return redirect("run", run.pk)


# What this person may press ---------------------------------------------------------------------


def _standing(request: HttpRequest, run: Run, board: Board | None = None) -> dict[str, object]:
    allowed = can(request.user, Action.APPLY, run)
    kept = Artifact.objects.filter(target=run.target, run_id=str(run.pk)).order_by("step")
    board = board or pages.board_of(run)
    in_batches = board.backfill is not None
    may_signal = can(request.user, Action.SIGNAL, run)
    return {
        "parties": controls.parties(run, board, may_signal=may_signal),
        "buttons": controls.while_it_runs(run, board) if allowed else [],
        "paces": sorted({*PACES, run.pace}, reverse=True) if allowed and in_batches else (),
        "choices": controls.after_it_stopped(run) if allowed else [],
        "kept": kept if run.status is RunState.DONE else [],
        "gates": _gates(run),
        "approvals": changes.valid_approvals(run.change, run.plan) if run.change else [],
    }


def _gates(run: Run) -> Sequence[Gate]:
    """While it is queued: what stands between it and its first step."""
    fixes = {7: ("See the policy", reverse("policy", args=[run.environment.pk]))}
    if run.change_id:
        fixes[6] = ("See the change", reverse("change", args=[run.change_id]))
    return gate_rows(gating.of_queued(run, pages.plan_of(run.plan_id)), fixes)
