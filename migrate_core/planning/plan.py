"""Plan: a migration judged against one target; immutable, with a hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from migrate_core.files.migration import Migration
from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, gone_through
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.context import Context, work_of
from migrate_core.planning.families import with_families
from migrate_core.planning.past import Ask, Past
from migrate_core.planning.softer import Offer, offer
from migrate_core.risk.circumstances import Work, circumstances
from migrate_core.risk.estimates import Estimate, estimate
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.rates import Rates, WorkKind
from migrate_core.risk.reasons import Reason
from migrate_core.risk.rechecking import pointing_again
from migrate_core.risk.surroundings import Surroundings
from migrate_core.risk.verdict import Verdict, judge, weigh
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value


class Step(Value, frozen=True, kw_only=True):
    number: int  # from 1, as shown to people and written to the ledger
    operation: Operation
    stages: tuple[Stage, ...]
    park: Park | None = None
    verdict: Verdict = Verdict()
    facts: Facts = Facts()
    estimate: Estimate | None = None  # None: how much it has to do is not known
    undo: str = ""  # the inverse's kind, or "" where nothing undoes it
    safer: Offer | None = None  # what it could be instead, where that scores less
    lost: bool = False  # rows or values went when it was rehearsed
    seen_locks: tuple[tuple[QualifiedName, LockMode], ...] = ()  # of raw SQL, when it was rehearsed

    @property
    def kind(self) -> str:
        return self.operation.kind

    @property
    def label(self) -> str:
        return self.operation.label

    @property
    def is_script(self) -> bool:
        """Raw SQL: nobody knows beforehand how long it takes or what it answers."""
        return self.operation.effect is Effect.RUN

    def parks_at(self, stage: int) -> bool:
        """Whether its artifact is kept in the transaction of this stage (from 1)."""
        return self.park is not None and self.park.stage == stage

    @property
    def keeps_nothing(self) -> bool:
        """Whether data goes that no inverse brings back: only the definition can."""
        loses = self.operation.destroys or self.lost
        return loses and not (self.facts.is_empty or self.facts.is_made)

    @property
    def undo_in_words(self) -> str:
        if not self.undo:
            return "none"
        return "definition only" if self.keeps_nothing else self.undo

    @property
    def sql(self) -> str:
        """Its statements in order, one a line, each ending in `;`."""
        return "\n".join(f"{s.sql};" for stage in self.stages for s in stage.statements)


class Plan(Value, frozen=True, kw_only=True):
    """`hash` covers what will run, and nothing that may be measured again."""

    migration_id: str
    checksum: str  # of the migration's operations
    major: int
    base_fingerprint: str  # of the live schema it was made against
    steps: tuple[Step, ...] = ()
    direction: str = "up"  # up, down or restore
    cycle: int = 1  # 2 after a down, and so on
    needs: str = ""  # a migration that must have been applied before
    surroundings: Surroundings | None = None  # of the target when it was measured
    after: tuple[str, ...] = ()  # pending migrations before it: it was judged as if they had run

    @property
    def hash(self) -> str:
        """sha256 of canonical JSON: checksum, operations with all names, stage SQL, declared
        locks, target major version."""
        steps = [(step.number, step.operation, step.stages, step.park) for step in self.steps]
        needs = [self.needs] if self.needs else []
        return codec.digest([self.checksum, self.major, self.direction, steps, *needs])

    @property
    def worst(self) -> Step | None:
        return max(self.steps, key=lambda step: (step.verdict.score, -step.number), default=None)

    @property
    def level(self) -> Level:
        return self.worst.verdict.level if self.worst else Level.SAFE

    @property
    def score(self) -> int:
        """Of the worst step: what the budget is compared with."""
        return self.worst.verdict.score if self.worst else 0

    @property
    def total(self) -> int:
        return sum(step.verdict.score for step in self.steps)


def build(
    operations: Sequence[Operation],
    base: SchemaGraph,
    *,
    migration_id: str,
    checksum: str,
    major: int,
    ask: Ask,
    direction: str = "up",
    cycle: int = 1,
    needs: str = "",
    earlier: Sequence[Migration] = (),
) -> Plan:
    """Judge each operation by what `ask` measured for it, and for it alone.

    `base` is the schema before the first operation; each operation is bound to the schema
    just before it, so that what a person left out is read from there. `earlier` are pending
    migrations that run before: `base` is then the schema before the first of these.

    Raises:
        UnboundOperationError: an operation speaks of what is not there.
    """
    place = Place(
        migration_id=migration_id, step=1, cycle=cycle, down=direction == "down", major=major
    )
    told = _Told(ask=ask, past=Past(), context=Context(base), offers=direction == "up")
    base = _replayed(earlier, base, major, told)
    steps, surroundings = _judged(operations, base, place, told)
    return Plan(
        migration_id=migration_id,
        checksum=checksum,
        major=major,
        base_fingerprint=fingerprint(base),
        steps=steps,
        direction=direction,
        cycle=cycle,
        needs=needs,
        surroundings=surroundings,
        after=tuple(one.id for one in earlier),
    )


class _Told(Struct, frozen=True, kw_only=True):
    """By what steps are judged."""

    ask: Ask
    past: Past
    context: Context
    offers: bool


def _replayed(
    earlier: Sequence[Migration], graph: SchemaGraph, major: int, told: _Told
) -> SchemaGraph:
    """The schema that pending migrations leave; what judges is told of their steps."""
    for migration in earlier:
        for number, written in enumerate(_parts(migration.operations), start=1):
            place = Place(migration_id=migration.id, step=number, major=major)
            operation = written.bind(graph)
            stages = with_families(operation.stages(place), graph)
            graph = operation.apply(graph)
            told.past.add(operation, pending=migration.id)
            told.context.add_pending(migration.id, number, operation, stages, graph)
    return graph


def _judged(
    operations: Sequence[Operation], base: SchemaGraph, first: Place, told: _Told
) -> tuple[tuple[Step, ...], Surroundings | None]:
    steps: list[Step] = []
    surroundings: Surroundings | None = None
    graph, past, context, ask = base, told.past, told.context, told.ask
    for number, written in enumerate(_parts(operations), start=1):
        place = msgspec.structs.replace(first, step=number)
        operation = written.bind(graph)
        stages = with_families(operation.stages(place), graph)
        work = work_of(operation, stages)
        facts = past.with_others(past.facts(operation, graph, ask), operation, graph, ask)
        facts = past.with_locked(facts, (table for table, _mode in work.others), ask)
        surroundings = surroundings or facts.surroundings
        step = _step(operation, place, stages, work, facts, graph, context)
        steps.append(_offering(step, graph, past, ask) if told.offers else step)
        graph = operation.apply(graph)
        past.add(operation)
        context.add(f"step {number}", operation, step.stages, graph)
    closed = (_closed(step, graph, context, surroundings) for step in steps)
    return tuple(closed), surroundings


def _closed(
    step: Step, graph: SchemaGraph, context: Context, surroundings: Surroundings | None
) -> Step:
    """With what only the schema after all steps tells."""
    verdict = step.verdict
    facts = msgspec.structs.replace(step.facts, surroundings=surroundings)
    for reason in context.in_the_end(step.operation, graph, facts):
        verdict = verdict.with_reason(weigh(reason, step.facts))
    return msgspec.structs.replace(step, verdict=verdict) if verdict != step.verdict else step


def _parts(operations: Sequence[Operation]) -> Iterator[Operation]:
    return (part for operation in operations for part in operation.parts())


def _step(
    operation: Operation,
    place: Place,
    stages: tuple[Stage, ...],
    work: Work,
    facts: Facts,
    graph: SchemaGraph,
    context: Context,
) -> Step:
    inverse, park = operation.inverse(place), operation.park(place)
    reasons = (
        *operation.reasons(facts),
        *circumstances(work, facts),
        *pointing_again(facts, operation.checks_again()),
        *context.reasons(operation, stages, work, graph),
    )
    verdict = judge(reasons, facts)
    for reason in _beside(operation, facts):
        verdict = verdict.with_reason(reason)
    step = Step(
        number=place.step,
        operation=operation,
        stages=stages,
        park=park,
        verdict=verdict,
        facts=_kept(facts, stages),
        undo=inverse.kind if inverse else "",
    )
    if step.is_script:
        return step  # of text that a person wrote nobody knows how long it takes
    found = estimate(stages, facts, first=_parking(park))
    return msgspec.structs.replace(step, estimate=found)


def _kept(facts: Facts, stages: tuple[Stage, ...]) -> Facts:
    """What an estimate by other rates needs: of other tables, the sizes of those gone through."""
    through = gone_through(stages)
    sizes = (
        msgspec.structs.replace(one, activity=None) for one in facts.locked if one.table in through
    )
    return msgspec.structs.replace(facts, locked=tuple(sizes), surroundings=None, rates=Rates())


def _beside(operation: Operation, facts: Facts) -> Iterator[Reason]:
    """Of other tables that it locks, each by what was measured of it."""
    for other in facts.locked:
        of = facts.of(other)
        yield from (weigh(reason, of) for reason in operation.reasons_beside(other.table, of))


# What keeping rows takes: those of a column are copied, those of a table read for a checksum.
_PARKING = {
    ArtifactKind.ARCHIVE_COLUMN: WorkKind.REWRITE,
    ArtifactKind.ARCHIVE_TABLE: WorkKind.SCAN,
}


def _parking(park: Park | None) -> tuple[int, WorkKind] | None:
    return (park.stage, _PARKING[park.kind]) if park and park.kind in _PARKING else None


def estimated(plan: Plan, rates: Rates) -> Plan:
    """By the rates of a shadow, where nothing better was known."""
    steps = tuple(_estimated(step, rates) for step in plan.steps)
    return msgspec.structs.replace(plan, steps=steps)


def _estimated(step: Step, rates: Rates) -> Step:
    was = step.estimate
    if was is None or was.from_history or was.kind not in rates.rehearsed:
        return step
    facts = msgspec.structs.replace(step.facts, rates=rates)
    found = estimate(step.stages, facts, first=_parking(step.park))
    return msgspec.structs.replace(step, estimate=found)


def _offering(step: Step, graph: SchemaGraph, past: Past, ask: Ask) -> Step:
    safer = offer(step.operation, step.verdict, graph, past, ask)
    return msgspec.structs.replace(step, safer=safer)


def encode_plan(plan: Plan) -> bytes:
    return codec.encode(plan)


class _StepRecord(Value, frozen=True, kw_only=True):
    """A step as stored: its operation is a tagged union known only at run time."""

    number: int
    operation: dict[str, Any]
    stages: tuple[Stage, ...]
    park: Park | None = None
    verdict: Verdict = Verdict()
    facts: Facts = Facts()
    estimate: Estimate | None = None
    undo: str = ""
    safer: Offer | None = None
    lost: bool = False
    seen_locks: tuple[tuple[QualifiedName, LockMode], ...] = ()


class _PlanRecord(Value, frozen=True, kw_only=True):
    migration_id: str
    checksum: str
    major: int
    base_fingerprint: str
    steps: tuple[_StepRecord, ...] = ()
    direction: str = "up"
    cycle: int = 1
    needs: str = ""
    surroundings: Surroundings | None = None
    after: tuple[str, ...] = ()


def decode_plan(data: bytes | str) -> Plan:
    """The plan that encode_plan() wrote; equal to it, hash included."""
    record = codec.decode(data, _PlanRecord)
    steps = (
        Step(
            number=step.number,
            operation=from_builtins(step.operation),
            stages=step.stages,
            park=step.park,
            verdict=step.verdict,
            facts=step.facts,
            estimate=step.estimate,
            undo=step.undo,
            safer=step.safer,
            lost=step.lost,
            seen_locks=step.seen_locks,
        )
        for step in record.steps
    )
    fields = {name: getattr(record, name) for name in record.__struct_fields__ if name != "steps"}
    return Plan(steps=tuple(steps), **fields)


def no_facts(relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
    """For the shadow and for tests: nothing is measured, so everything counts as risk."""
    return Facts()
