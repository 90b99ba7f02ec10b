"""What a person may decide about a step that does not get through: skip it, or say it is done.

Pure questions about a run that has stopped; `None` means that it may be.
"""

from __future__ import annotations

from migrate_core.errors import MigrateError
from migrate_core.pg.ddl import StageMode
from migrate_core.planning.plan import Plan, Step
from migrate_core.runner import drift
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value


class Standing(Value, frozen=True, kw_only=True):
    """A run that has stopped, and the schema as it is now."""

    plan: Plan
    base: SchemaGraph
    live: SchemaGraph
    done: frozenset[int]
    settled: frozenset[int]  # done or skipped
    seen: drift.Seen

    @property
    def done_steps(self) -> tuple[Step, ...]:
        return tuple(s for s in self.plan.steps if s.number in self.done)

    def left(self, but: Step) -> tuple[Step, ...]:
        return tuple(s for s in self.plan.steps if s.number not in self.settled and s != but)


def why_not_skip(standing: Standing, step: Step) -> str | None:
    """A step may be left out where nothing of it stands and no later one needs it."""
    if step.number in standing.settled:
        return f"step {step.number} is settled already"
    half = _stands(standing, step)
    if half:
        return f"a part of it stands already: {', '.join(half)}"
    graph = drift.replay(standing.base, standing.done_steps, standing.seen)
    for later in standing.left(but=step):
        needs = _needs(later, step)
        if needs or graph is None:
            return needs or f"what step {later.number} needs cannot be told"
        try:
            graph = later.operation.bind(graph).apply(graph)
        except MigrateError as error:
            return f"step {later.number} ({later.kind} {later.label}) needs it: {error.message}"
    return None


def why_not_done(standing: Standing, step: Step) -> str | None:
    """A step is done where the whole schema is what it leaves, which only a catalog can prove."""
    first = next((s for s in standing.plan.steps if s.number not in standing.settled), None)
    if step != first:
        return f"step {step.number} is not the one that the run stopped at"
    if not step.operation.is_foretold:
        return "nobody can foretell what it leaves, so nothing proves it"
    if any(stage.mode is StageMode.BATCHED for stage in step.stages):
        return "it writes rows, and the catalog does not show whether they are written"
    if step.park or step.operation.releases():
        return "it keeps or gives back an artifact, which only the step itself records"
    explained = (*standing.done_steps, step)
    differs = drift.unexplained(standing.base, standing.live, explained, seen=standing.seen)
    if differs:
        return f"the schema is not what it leaves: {', '.join(differs)}"
    return None


def _stands(standing: Standing, step: Step) -> tuple[str, ...]:
    """What of the step is to be seen in the catalog, helpers in flight too."""
    if not step.operation.is_foretold:
        return ()  # of raw SQL nobody knows; the person who skips it says so
    seen, done = standing.seen, standing.done_steps
    without = drift.unexplained(standing.base, standing.live, done, seen=seen)
    others = drift.unexplained(standing.base, standing.live, done, under_way=step, seen=seen)
    return tuple(name for name in without if name not in others)


def _needs(later: Step, step: Step) -> str | None:
    """What binding does not show: a later step about the same object, or one that reads it."""
    named = f"step {later.number} ({later.kind} {later.label})"
    if not later.operation.is_foretold:
        return f"{named} is raw SQL, and nobody can say that it does without"
    subject = step.operation.subject
    if subject == later.operation.subject or subject in later.operation.reads():
        return f"{named} is about the same object"
    return None
