"""What a plan locks, for how long, and who waits: each step in turn, and each table in sum."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step
from migrate_core.schema.objects import Value


class Hold(Value, frozen=True, kw_only=True):
    """The strongest lock that a step takes on a relation."""

    step: int
    relation: QualifiedName
    mode: LockMode


class TableHolds(Value, frozen=True, kw_only=True):
    """Of one relation over a plan. Seconds that writers wait at most, in sum; None: not known."""

    relation: QualifiedName
    strongest: LockMode
    steps: tuple[int, ...]
    waits_low: float | None
    waits_high: float | None


def holds(plan: Plan) -> tuple[Hold, ...]:
    return tuple(hold for step in plan.steps for hold in _of_step(step))


def strongest(step: Step) -> Hold | None:
    """Declared, or of raw SQL as it was rehearsed; of equal ones the first."""
    return max(_of_step(step), key=lambda hold: hold.mode.strength, default=None)


def by_table(plan: Plan) -> tuple[TableHolds, ...]:
    """Strongest lock first, then by how long others may wait."""
    found: dict[QualifiedName, list[Hold]] = {}
    for hold in holds(plan):
        found.setdefault(hold.relation, []).append(hold)
    steps = {step.number: step for step in plan.steps}
    sums = (_sum(relation, of, steps) for relation, of in found.items())
    return tuple(
        sorted(sums, key=lambda s: (-s.strongest.strength, -(s.waits_high or 0), str(s.relation)))
    )


def _of_step(step: Step) -> Iterator[Hold]:
    taken: dict[QualifiedName, LockMode] = {}
    declared = (lock for stage in step.stages for s in stage.statements for lock in s.locks())
    for relation, mode in (*declared, *step.seen_locks):
        taken[relation] = max(mode, taken.get(relation, mode), key=lambda m: m.strength)
    for relation, mode in taken.items():
        yield Hold(step=step.number, relation=relation, mode=mode)


def _sum(relation: QualifiedName, of: list[Hold], steps: dict[int, Step]) -> TableHolds:
    blocking = [steps[hold.step].estimate for hold in of if hold.mode.blocks_writes]
    known = [one for one in blocking if one is not None]
    is_known = len(known) == len(blocking)
    return TableHolds(
        relation=relation,
        strongest=max((hold.mode for hold in of), key=lambda m: m.strength),
        steps=tuple(hold.step for hold in of),
        waits_low=sum(one.holds_low for one in known) if is_known else None,
        waits_high=sum(one.holds_high for one in known) if is_known else None,
    )
