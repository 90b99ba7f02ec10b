"""From two graphs to the operations that lead from one to the other, in running order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

from migrate_core.diff.rebuild import disturbed, regenerated, unalterable
from migrate_core.errors import UnboundOperationError, UncoveredChangeError
from migrate_core.operations.base import Effect, Operation
from migrate_core.operations.order import in_order
from migrate_core.operations.registry import kinds
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.families import stuck
from migrate_core.schema.fingerprint import changed_objects
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.repartition import settled
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
    delta = SchemaDelta(before, after, given)
    renames = _detect(delta, _renames)
    renamed = replay(before, renames)
    stays = settled(renamed, after)
    if stays is not before:
        delta = SchemaDelta(stays, after, given, renamed)
    changes = _changes(delta)
    found, reached = _bound(before, (*renames, *in_order(changes, renamed, after)))
    _check_covered(reached, after)
    return found


def replay(graph: SchemaGraph, operations: Iterable[Operation]) -> SchemaGraph:
    """The graph after `operations`, without touching a database."""
    return reduce(lambda state, op: op.apply(state), operations, graph)


def _bound(
    graph: SchemaGraph, operations: Iterable[Operation]
) -> tuple[tuple[Operation, ...], SchemaGraph]:
    """Each as it is just before it runs, where others have changed what it found; and the
    graph after all. One that cannot run there stays as it is: planning says why."""
    found = []
    for operation in operations:
        try:
            bound = operation.bind(graph)
        except UnboundOperationError:
            bound = operation
        found.append(bound)
        graph = bound.apply(graph)
    return tuple(found), graph


def _changes(delta: SchemaDelta) -> list[Operation]:
    """Every change, with what has to be made anew around it."""
    again = stuck(delta.origin, delta.after) if delta.origin.children else frozenset()
    delta = delta.rebuilding(unalterable(delta) | regenerated(delta) | again)
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
