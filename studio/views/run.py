"""One run, live."""

from __future__ import annotations

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
from studio.boards.plan import worst_lock_of
from studio.context import place
from studio.display import Action as Button
from studio.display import Blocker, Confirmation, Fact
from studio.models import Artifact, Run
from studio.permissions import Action, can
from studio.services import changes, runs, undo


@shown(Run)
def page(request: HttpRequest, run: Run) -> HttpResponse:
    board = pages.board_of(run)
    context = {
        "run": run,
        "board": board,
        "live": run.status not in pages.FINAL,
        "doc_state": board.doc_state,
        **_standing(request, run),
        **place(request, run.target, ("Runs", reverse("runs")), (f"Run {run.number}", "")),
    }
    return render(request, "run/page.html", context)


@shown(Run)
def board(request: HttpRequest, run: Run) -> HttpResponse:
    """The live part as a plain GET: what is fetched when the stream is not there."""
    context = {"run": run, "board": pages.board_of(run), **_standing(request, run)}
    return render(request, "run/_board.html", context)


@shown(Run)
def actions(request: HttpRequest, run: Run) -> HttpResponse:
    return render(request, "run/_actions.html", {"run": run, **_standing(request, run)})


@shown(Run)
def outcome(request: HttpRequest, run: Run) -> HttpResponse:
    context = {"run": run, "board": pages.board_of(run), **_standing(request, run)}
    return render(request, "run/_outcome.html", context)


@streamed(Run)
async def stream(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Server-sent events: a snapshot, then what changes, until the run is over."""
    return StreamingHttpResponse(
        hub.messages(pk),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


@verb(Action.APPLY, Run)
def stop(request: HttpRequest, run: Run) -> HttpResponse:
    runs.stop_after_step(run, request.user)
    return redirect("run", run.pk)


@verb(Action.APPLY, Run)
def cancel(request: HttpRequest, run: Run) -> HttpResponse:
    runs.cancel(run, request.user)
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


def _standing(request: HttpRequest, run: Run) -> dict[str, object]:
    allowed = can(request.user, Action.APPLY, run)
    kept = Artifact.objects.filter(target=run.target, run_id=str(run.pk)).order_by("step")
    return {
        "buttons": _buttons(run) if allowed else [],
        "choices": _choices(run) if allowed else [],
        "kept": kept if run.status is RunState.DONE else [],
        "approvals": changes.valid_approvals(run.change, run.plan) if run.change else [],
    }


def _buttons(run: Run) -> list[Button]:
    if run.status not in (RunState.QUEUED, RunState.RUNNING):
        return []
    cancel = Button(
        label="Cancel now",
        url=reverse("run-cancel", args=[run.pk]),
        style="danger",
        icon="ban",
        confirm=Confirmation(
            tier=1,
            title="Cancel this run?",
            consequence=(
                "A step inside a transaction rolls back. A concurrent index is left invalid, and"
                " the resume removes and rebuilds it. A backfill stops after its batch. What is"
                " done stays done."
            ),
        ),
    )
    stop = Button(label="Stop after this step", url=reverse("run-stop", args=[run.pk]), key=".")
    if run.status is RunState.QUEUED or run.wanted == Run.Wanted.STOP:
        return [cancel]
    return [] if run.wanted == Run.Wanted.CANCEL else [stop, cancel]


def _choices(run: Run) -> list[Button]:
    """After a failure, the safest first."""
    if run.status not in runs.RESUMABLE:
        return []
    waiting = (
        [Blocker(text=f"Backend {run.orphan_pid} still holds the lock.", clears_itself=True)]
        if run.orphan_pid
        else []
    )
    plan = pages.plan_of(run.plan_id)
    resume = Button(
        label="Resume",
        url=reverse("run-resume", args=[run.pk]),
        style="primary",
        icon="play",
        blockers=waiting,
        confirm=Confirmation(
            tier=1,
            title=f"Resume on {run.target}?",
            consequence="It goes on at the first step that is not done. Nothing is done twice.",
            facts=(
                Fact(term="target", value=run.target.name),
                Fact(term="worst lock", value=worst_lock_of(plan)),
            ),
        )
        if run.environment.is_prod
        else None,
    )
    return [resume, *_take_back(run), _give_up(run)]


def _take_back(run: Run) -> list[Button]:
    """Its done steps, where it has any: looked at on a page of its own first."""
    if run.change is None or not undo.is_undoable(run.change):
        return []
    url = reverse("change-undo", args=[run.change.pk])
    return [Button(label="Undo its done steps", url=url, method="get", icon="rotate-ccw")]


def _give_up(run: Run) -> Button:
    return Button(
        label="Close with drift",
        url=reverse("run-close", args=[run.pk]),
        style="danger",
        confirm=Confirmation(
            tier=2,
            title="Give this run up?",
            consequence=(
                "What is done stays as it is, and the record says so: live then differs from what"
                " was declared until another change mends it."
            ),
            expect=run.target.name,
            expect_label="the target's name",
            reason=True,
        ),
    )
