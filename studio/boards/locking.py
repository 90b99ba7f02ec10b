"""What a plan would lock, in turn and in sum, and who would be in its way right now."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_core.api import Obstacle
from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.timeline import TableHolds, by_table, strongest
from migrate_core.risk.estimates import between
from studio.boards.plan import blocks
from studio.display import Shown


class StepLock(Shown, frozen=True, kw_only=True):
    """One step on the timeline. Its bar begins where those before it would end."""

    number: int
    kind: str
    object: str
    lock: str = ""
    blocks: str = ""
    takes: str = "not known"
    holds: str = "not known"  # how long others wait
    before_ms: float = 0  # of the steps before it, at their longest
    takes_ms: float = 0
    holds_ms: float = 0


class TableRow(Shown, frozen=True, kw_only=True):
    relation: str
    lock: str
    blocks: str
    steps: str  # "1, 4"
    waits: str  # in sum


class InTheWayRow(Shown, frozen=True, kw_only=True):
    relation: str
    wanted: str
    who: Sequence[str]


class Locking(Shown, frozen=True, kw_only=True):
    steps: Sequence[StepLock]
    tables: Sequence[TableRow]
    whole_ms: float  # what a full bar stands for
    takes: str  # the plan, in sum
    scripts: str  # numbers of raw SQL steps of which nobody has seen what they lock


def locking(plan: Plan) -> Locking:
    known = [step.estimate for step in plan.steps if step.estimate]
    low, high = sum(one.low for one in known), sum(one.high for one in known)
    unknown = len(plan.steps) - len(known)
    more = f", and {unknown} of {len(plan.steps)} steps of which it is not known" if unknown else ""
    return Locking(
        steps=_steps(plan.steps),
        tables=[_table(found) for found in by_table(plan)],
        whole_ms=high * 1000,
        takes=f"{between(low, high)}{more}" if known else "not known",
        scripts=", ".join(str(s.number) for s in plan.steps if s.is_script and not s.seen_locks),
    )


def _steps(steps: Sequence[Step]) -> list[StepLock]:
    rows, before = [], 0.0
    for step in steps:
        worst, found = strongest(step), step.estimate
        rows.append(
            StepLock(
                number=step.number,
                kind=step.kind,
                object=step.label,
                lock=str(worst.mode) if worst else "",
                blocks=blocks(worst.mode) if worst else "",
                takes=found.takes if found else "not known",
                holds=_waits(step),
                before_ms=before * 1000,
                takes_ms=found.high * 1000 if found else 0,
                holds_ms=found.holds_high * 1000 if found else 0,
            )
        )
        before += found.high if found else 0
    return rows


def _waits(step: Step) -> str:
    """How long others wait for it."""
    if step.estimate:
        return step.estimate.holds or "not at all"
    if step.seen_locks:
        return "not known" if any(m.blocks_writes for _, m in step.seen_locks) else "not at all"
    locks = (lock for stage in step.stages for s in stage.statements for lock in s.locks())
    blocking = step.is_script or any(mode.blocks_writes for _relation, mode in locks)
    return "not known" if blocking else "not at all"


def _table(found: TableHolds) -> TableRow:
    if not found.strongest.blocks_writes:
        waits = "nobody waits"
    elif found.waits_high is None or found.waits_low is None:
        waits = "not known"
    else:
        waits = between(found.waits_low, found.waits_high)
    return TableRow(
        relation=str(found.relation),
        lock=str(found.strongest),
        blocks=blocks(found.strongest),
        steps=", ".join(str(number) for number in found.steps),
        waits=waits,
    )


def in_the_way(found: Sequence[Obstacle]) -> list[InTheWayRow]:
    return [
        InTheWayRow(
            relation=str(one.relation),
            wanted=str(one.wanted),
            who=[holder.in_words() for holder in one.holders],
        )
        for one in found
    ]
