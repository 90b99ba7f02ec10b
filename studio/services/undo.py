"""Undoing a change: told in full before anything runs, then a planned and gated run of its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from migrate_core import api
from migrate_core.api import Undo
from migrate_core.planning.gates import Circumstances, Gate, gates
from studio.models import Change, Plan, Run
from studio.permissions import Action
from studio.services import audit, changes, gating, planning, runs, targets, undone
from studio.services.refusals import StaleError


def is_undoable(change: Change) -> bool:
    """Whether there is something of it that may be taken back."""
    return change.status in undone.UNDOABLE and bool(done_run(change))


def done_run(change: Change) -> Run | None:
    """Its last run, if a step of it is done."""
    run = change.runs.order_by("-number").first()
    return run if run and run.events.filter(kind="step_done").exists() else None


def tell(change: Change) -> Undo:
    """What undoing it would do; asks the target.

    Raises:
        StaleError: there is nothing of it to undo.
    """
    _refuse(change)
    return api.undo_of(
        targets.endpoint(change.target),
        change.migration_id,
        schemas=change.target.wanted_schemas,
        soft=True,
    )


def gates_of(change: Change, told: Undo, *, applier: str = "", agreed: bool = False) -> list[Gate]:
    """As for any plan, without a rehearsal or an approval: it leads back to what was."""
    if told.plan is None:
        return []
    now = Circumstances(
        applier=applier,
        consents=told.loses if agreed else (),
        live_fingerprint=change.target.live_fingerprint or None,
        at=timezone.now(),
    )
    return list(gates(told.plan, gating.policy_of_undo(change.environment), now))


def start(change: Change, user: Any, *, plan_hash: str, reason: str) -> Run:
    """Queues the run of exactly what was told, if every gate passes now.

    Raises:
        GateRefusedError, StaleError, BusyError: nothing was queued.
    """
    with audit.attempt(user, "undo", change, reason=reason):
        changes.require(user, Action.APPLY, change)
        targets.look(change.target)
        told = tell(change)
        if told.plan is None:
            raise StaleError(
                f"#{change.number} cannot be undone",
                detail="; ".join(told.stuck),
                hint=api.STUCK_HINT,
                still_true="Nothing was started.",
            )
        if told.plan.hash != plan_hash:
            raise StaleError(
                "what would be undone is no longer what you looked at",
                hint="Reload the page and look again.",
                still_true="Nothing was started.",
            )
        gating.check(tuple(gates_of(change, told, applier=user.get_username(), agreed=True)))
        with transaction.atomic():
            change = changes.locked(change)
            _refuse(change)
            plan = Plan(target=change.target, author=user)
            planning.keep(plan, told.plan)
            return runs.queue(
                plan,
                user,
                title=f"Undo {change.title}"[:200],
                change=None,
                undoes=change,
                consents=told.loses,
            )


def _refuse(change: Change) -> None:
    if not is_undoable(change):
        raise StaleError(
            f"change #{change.number} is {change.state}: there is nothing of it to undo",
            hint="Reload the page.",
        )
    run = done_run(change)
    assert run is not None  # it is undoable
    undone.refuse_resume(run)
