"""The page that carries a change from draft to applied."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from migrate_core.errors import MigrateError
from migrate_core.verify.options import Rehearsing
from studio import confirmations
from studio.access import form, verb
from studio.access import page as shown
from studio.boards import buttons
from studio.boards import change as boards
from studio.boards.locking import in_the_way
from studio.context import place
from studio.models import Change
from studio.permissions import Action
from studio.services import changes, pendings, planning, runs, softening, verifications

TABS = {
    "operations": "Operations",
    "sql": "SQL",
    "locks": "Locks",
    "schema": "Schema diff",
    "evidence": "Evidence",
    "activity": "Activity",
}


@shown(Change)
def page(request: HttpRequest, change: Change, tab: str = "operations") -> HttpResponse:
    board = boards.board(change, request.user, tab)
    context = {
        "change": change,
        "board": board,
        "tab": tab,
        "tabs": boards.tabs(change, board, tab, TABS),
        **_forecast(change, board, tab),
        **place(request, change.target, ("Changes", reverse("changes")), (f"#{change.number}", "")),
    }
    return render(request, "change/page.html", context)


@shown(Change)
def body(request: HttpRequest, change: Change, tab: str = "operations") -> HttpResponse:
    """The same without the shell: fetched while a plan or a rehearsal is being made."""
    board = boards.board(change, request.user, tab)
    context = {
        "change": change,
        "board": board,
        "tab": tab,
        "tabs": boards.tabs(change, board, tab, TABS),
        **_forecast(change, board, tab),
    }
    return render(request, "change/_body.html", context)


def _forecast(change: Change, board: boards.Board, tab: str) -> dict[str, Any]:
    """Of the tab that shows it: who would be in the way, asked of the target now."""
    if tab != "locks" or board.plan is None or change.status in boards.OVER:
        return {}
    try:
        found = in_the_way(planning.forecast(change.target, board.plan))
    except MigrateError as refusal:
        return {"forecast_error": refusal}
    return {"forecast": found, "asked_at": timezone.now()}


@shown(Change)
def text(request: HttpRequest, change: Change) -> HttpResponse:
    """The migration file, as it would be committed."""
    found = changes.current_text(change)
    response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{change.migration_id}.yaml"'
    return response


@shown(Change)
def script(request: HttpRequest, change: Change) -> HttpResponse:
    """The plan's SQL as one script."""
    response = HttpResponse(boards.script(change), content_type="application/sql; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{change.migration_id}.sql"'
    return response


@form(Action.CREATE, Change)
def edit(request: HttpRequest, change: Change) -> HttpResponse:
    """The YAML by hand; it is validated with file, line and operation before it is kept."""
    written, error = changes.current_text(change).text, None
    if request.method == "POST":
        written = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            changes.revise(change, request.user, written, note="edited by hand")
            return redirect("change", change.pk)
        except MigrateError as refusal:
            error = refusal
    context = {
        "change": change,
        "text": written,
        "error": error,
        **place(
            request,
            change.target,
            (f"#{change.number}", reverse("change", args=[change.pk])),
            ("Edit", ""),
        ),
    }
    return render(request, "change/edit.html", context)


@verb(Action.CREATE, Change)
def plan(request: HttpRequest, change: Change) -> HttpResponse:
    changes.replan(change, request.user)
    return redirect("change", change.pk)


@verb(Action.CREATE, Change)
def verify(request: HttpRequest, change: Change) -> HttpResponse:
    rows = request.POST.get("rows", "")
    asked = Rehearsing(
        rows=int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 9 else 0,
        keep="keep" in request.POST,
    )
    verifications.queue(change, request.user, asked)
    return redirect("change", change.pk)


@verb(Action.CREATE, Change)
def soften(request: HttpRequest, change: Change) -> HttpResponse:
    steps = tuple(int(n) for n in request.POST.getlist("step") if n.isdecimal() and len(n) < 6)
    softening.soften(change, request.user, steps, value=request.POST.get("value", "").strip())
    return redirect("change", change.pk)


@verb(Action.APPROVE, Change)
def approve(request: HttpRequest, change: Change) -> HttpResponse:
    given = request.POST
    changes.approve(
        change, request.user, plan_hash=given.get("plan", ""), comment=given.get("comment", "")
    )
    return redirect("change", change.pk)


@verb(Action.APPROVE, Change)
def request_changes(request: HttpRequest, change: Change) -> HttpResponse:
    comment = confirmations.reason(request)
    plan_hash = request.POST.get("plan", "")
    changes.request_changes(change, request.user, plan_hash=plan_hash, comment=comment)
    return redirect("change", change.pk)


@verb(Action.APPLY, Change)
def apply(request: HttpRequest, change: Change) -> HttpResponse:
    """Queues the run of exactly the plan that was shown."""
    losing = boards.losing(change)
    if losing:
        word = buttons.consent_word(change, losing)
        confirmations.typed(request, word, what="the name of what is lost")
        confirmations.reason(request)
    run = runs.start(
        change,
        request.user,
        plan_hash=request.POST.get("plan", ""),
        consents=losing,
        not_before=confirmations.moment(request),
        in_window="window" in request.POST,
    )
    return redirect("run", run.pk)


@verb(Action.CREATE, Change)
def close(request: HttpRequest, change: Change) -> HttpResponse:
    changes.close(change, request.user, reason=confirmations.reason(request))
    pendings.plan_again(change)
    return redirect("change", change.pk)
