"""Undoing a change: what comes back, what is lost and what cannot be undone is said first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.api import Undo
from migrate_core.errors import MigrateError
from migrate_core.planning.gates import Gate
from studio import confirmations
from studio.access import page as shown
from studio.access import verb
from studio.boards.plan import gate_rows, operation_rows, worst_lock_of
from studio.context import place
from studio.display import Action as Button
from studio.display import Blocker, Confirmation, Fact
from studio.models import Change
from studio.permissions import Action, can
from studio.services import undo


@shown(Change)
def page(request: HttpRequest, change: Change) -> HttpResponse:
    """Asked of the target anew: it says what is so now."""
    told, error = None, None
    try:
        told = undo.tell(change)
    except MigrateError as refusal:
        error = refusal
    policy = change.environment.policy
    found = undo.gates_of(change, told, applier=request.user.get_username()) if told else []
    context = {
        "change": change,
        "told": told,
        "error": error,
        "operations": operation_rows(told.plan, policy) if told and told.plan else (),
        "gates": gate_rows(found, {}),
        "gates_open": f"{sum(gate.passes for gate in found)} of {len(found)}",
        "buttons": _buttons(request, change, told, found) if told else [],
        **place(
            request,
            change.target,
            (f"#{change.number}", reverse("change", args=[change.pk])),
            ("Undo", ""),
        ),
    }
    return render(request, "undo/page.html", context)


@verb(Action.APPLY, Change)
def start(request: HttpRequest, change: Change) -> HttpResponse:
    """Queues the run of exactly what was shown."""
    lost = undo.tell(change).loses
    if lost:
        confirmations.typed(request, _word(change, lost), what="the name of what is lost")
    reason = confirmations.reason(request)
    plan_hash = request.POST.get("plan", "")
    return redirect("run", undo.start(change, request.user, plan_hash=plan_hash, reason=reason).pk)


def _word(change: Change, lost: tuple[str, ...]) -> str:
    """What has to be typed: the object's name, or the target's where several are lost."""
    return lost[0] if len(lost) == 1 else change.target.name


def _buttons(request: HttpRequest, change: Change, told: Undo, found: list[Gate]) -> list[Button]:
    if not can(request.user, Action.APPLY, change):
        return []
    blockers = [Blocker(text=text) for text in told.stuck]
    # Consent is given in the dialog itself, by typing what is lost.
    closed = [gate for gate in found if not gate.passes and gate.number != CONSENT]
    blockers += [Blocker(text=f"{gate.name}: {gate.says}. {gate.fix}") for gate in closed]
    return [
        Button(
            label=f"Undo on {change.target.name}",
            url=reverse("change-undo-start", args=[change.pk]),
            style="danger" if told.loses else "primary",
            icon="rotate-ccw",
            fields=(("plan", told.plan.hash),) if told.plan else (),
            blockers=blockers,
            confirm=_sheet(change, told),
        )
    ]


CONSENT = 2  # the gate's number


def _sheet(change: Change, told: Undo) -> Confirmation:
    facts = [Fact(term="target", value=change.target.name)]
    if told.plan:
        facts += [
            Fact(term="steps", value=str(len(told.plan.steps))),
            Fact(term="worst lock", value=worst_lock_of(told.plan)),
        ]
    for term, labels in (
        ("comes back", tuple(back.source for back in told.returns)),
        ("is parked", told.keeps),
        ("stays", told.stays),
    ):
        facts += [Fact(term=term, value=", ".join(labels))] if labels else []
    if not told.loses:
        return Confirmation(
            tier=2,
            title=f"Undo #{change.number} on {change.target.name}?",
            consequence="It is a run of its own: on the record, and nothing is lost by it.",
            facts=facts,
            reason=True,
        )
    return Confirmation(
        tier=3,
        title=f"Undo #{change.number}, and lose data?",
        consequence=f"Lost for good: {', '.join(told.loses)}.",
        facts=facts,
        expect=_word(change, told.loses),
        expect_label="what is lost" if len(told.loses) == 1 else "the target's name",
        reason=True,
    )
