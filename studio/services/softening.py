"""The softer kind of a step: the same wish, with nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from migrate_core.files import migration as files
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import kinds, make
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.plan import Step
from migrate_core.risk.verdict import judge
from studio.models import Change, Plan
from studio.services import changes
from studio.services.refusals import StaleError

# A kind, what it becomes, and how its fields are carried over.
_SOFTER: dict[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "dropColumn": ("softDropColumn", lambda op: {"table": op.table, "column": op.column}),
    "dropTable": ("softDropTable", lambda op: {"name": op.name}),
}


def softer(operation: Operation) -> Operation | None:
    """The kind that does the same and keeps what the other loses; None where there is none."""
    found = _SOFTER.get(operation.kind)
    if found is None or found[0] not in kinds():
        return None
    kind, fields = found
    return make(kind, **fields(operation))


def offer(step: Step) -> tuple[str, int] | None:
    """(kind, score) of what a step could be instead, by the facts that were measured."""
    instead = softer(step.operation)
    if instead is None or step.facts.is_empty:
        return None
    return instead.kind, judge(instead.reasons(step.facts), step.facts).score


def soften(change: Change, user: Any, step_numbers: tuple[int, ...]) -> Plan:
    """A new text in which these steps are of their softer kind, and a plan of it."""
    migration = changes.migration(change)
    operations = list(migration.operations)
    said = []
    for number in step_numbers:
        found = softer(operations[number - 1]) if 0 < number <= len(operations) else None
        if found is None:
            raise StaleError(f"step {number} has no softer kind", hint="Reload the page.")
        operations[number - 1] = found
        said.append(f"step {number} became {found.kind}")
    text = files.dump(msgspec.structs.replace(migration, operations=tuple(operations)))
    return changes.revise(change, user, text, note=", ".join(said))


def softenable(plan: CorePlan) -> list[Step]:
    return [step for step in plan.steps if offer(step)]
