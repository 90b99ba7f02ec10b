"""Open changes of one target, in the order of their migrations: what comes before what."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from migrate_core.files.migration import Migration
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.states import ChangeState
from studio.models import Change, Target
from studio.services import changes
from studio.services.refusals import StaleError

PENDING = (
    ChangeState.DRAFT,
    ChangeState.PLANNED,
    ChangeState.VERIFIED,
    ChangeState.APPROVED,
    ChangeState.RUNNING,
)

migration = changes.migration


def of(target: Target) -> list[Change]:
    return list(target.changes.filter(state__in=PENDING).order_by("migration_id"))


def before(change: Change) -> list[Change]:
    """What will have run when this one does."""
    return [c for c in of(change.target) if c.migration_id < change.migration_id]


def after(change: Change) -> list[Change]:
    return [c for c in of(change.target) if c.migration_id > change.migration_id]


def plan_again(change: Change) -> None:
    """What was planned as if this one had run: it has, has become another, or never will."""
    with transaction.atomic():
        for later in map(changes.locked, after(change)):
            plan = changes.current_plan(later)
            waits = plan is not None and change.migration_id in plan.value().after
            if plan and waits and later.status is not ChangeState.RUNNING:
                changes.queue_plan(later, plan.author or later.author)


def migrations(found: Sequence[Change]) -> tuple[Migration, ...]:
    return tuple(migration(change) for change in found)


def plans(found: Sequence[Change]) -> tuple[CorePlan, ...]:
    """
    Raises:
        StaleError: one of them has no plan yet.
    """
    made = []
    for change in found:
        plan = changes.current_plan(change)
        if plan is None:
            raise StaleError(
                f"change #{change.number} comes before this one and has no plan",
                hint="Plan it, or close it.",
            )
        made.append(plan.value())
    return tuple(made)
