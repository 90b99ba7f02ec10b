"""From two graphs to the operations that lead from one to the other, in running order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

from migrate_core.diff.rebuild import disturbed, regenerated, unalterable
from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Effect, Operation
from migrate_core.operations.order import in_order
from migrate_core.operations.registry import kinds
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.fingerprint import changed_objects
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.silence import complete


def diff(
    before: SchemaGraph, after: SchemaGraph, answers: Answers | None = None
) -> tuple[Operation, ...]:
    """Every change between two graphs, ordered by what depends on what.

    Deterministic: the same graphs and answers give the same operations.

    Raises:
        UncoveredChangeError: the graphs differ in a way that no kind covers. Better no
            plan than one that quietly leaves a difference behind.
    """
    given = answers or Answers()
    after = complete(after, before)
    renames = _detect(SchemaDelta(before, after, given), _renames)
    renamed = replay(before, renames)
    changes = _changes(SchemaDelta(renamed, after, given))
    found = (*renames, *in_order(changes, renamed, after))
    _check_covered(replay(before, found), after)
    return found


def replay(graph: SchemaGraph, operations: Iterable[Operation]) -> SchemaGraph:
    """The graph after `operations`, without touching a database."""
    return reduce(lambda state, op: op.apply(state), operations, graph)


def _changes(delta: SchemaDelta) -> list[Operation]:
    """Every change, with what has to be made anew around it."""
    delta = delta.rebuilding(unalterable(delta) | regenerated(delta))
    while True:
        found = _detect(delta, _changes_alone)
        more = disturbed(delta, found) - delta.rebuilt
        if not more:
            made = (op.subject for op in found if op.moment is Effect.CREATE)
            return [*found, *_detect(delta.making(made), _looks_last)]
        delta = delta.rebuilding(more)


def _detect(delta: SchemaDelta, which: Callable[[type[Operation]], bool]) -> list[Operation]:
    return [op for kind in kinds().values() if which(kind) for op in kind.detect(delta)]


def _renames(kind: type[Operation]) -> bool:
    return kind.effect is Effect.RENAME


def _changes_alone(kind: type[Operation]) -> bool:
    return not _renames(kind) and not kind.looks_last


def _looks_last(kind: type[Operation]) -> bool:
    return kind.looks_last


def _check_covered(reached: SchemaGraph, wanted: SchemaGraph) -> None:
    left = changed_objects(reached, wanted) if not reached.same(wanted) else ()
    if left:
        shown = ", ".join(left[:10]) + (f" and {len(left) - 10} more" if len(left) > 10 else "")
        raise UncoveredChangeError(
            "the schemas differ in a way that no operation kind covers",
            detail=f"Left over: {shown}.",
            hint="Make that change with a rawSql operation, or by hand in the target.",
        )
