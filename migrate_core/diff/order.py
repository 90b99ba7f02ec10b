"""Putting operations in running order, by what their subjects depend on.

No kind names another to be before or after: a creation follows what it needs, a drop
precedes what it needed, rows are filled before a rule asks for them and before what they
are read from goes. Where nothing decides, the effect does, then the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.edges import closure
from migrate_core.schema.families import goes_along
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref

_EFFECTS = list(Effect)
_KINDS = list(ObjectKind)
_REMOVES = {Effect.PARK, Effect.DROP}

Edges = dict[int, set[int]]  # operation -> operations that come after it


def in_order(
    operations: Sequence[Operation], before: SchemaGraph, after: SchemaGraph
) -> tuple[Operation, ...]:
    """A topological sort; among what is free to run, the least `_rank` first."""
    edges = _Sorter(operations, before, after).edges()
    waiting_for = [0] * len(operations)
    for followers in edges.values():
        for follower in followers:
            waiting_for[follower] += 1
    ranks = [(*_rank(operation), at) for at, operation in enumerate(operations)]
    ready = [rank for rank in ranks if not waiting_for[rank[-1]]]
    left = {rank[-1] for rank in ranks}
    heapify(ready)
    ordered: list[Operation] = []
    while left:
        # A cycle leaves nothing ready: the least of what is left breaks it.
        at = heappop(ready)[-1] if ready else min(ranks[n] for n in left)[-1]
        if at not in left:
            continue
        left.discard(at)
        ordered.append(operations[at])
        for follower in edges[at]:
            waiting_for[follower] -= 1
            if not waiting_for[follower]:
                heappush(ready, ranks[follower])
    return tuple(ordered)


def _rank(operation: Operation) -> tuple[int, int, Ref, str]:
    kind = _KINDS.index(operation.subject.kind)
    if operation.moment in _REMOVES:
        kind = -kind
    return (_EFFECTS.index(operation.moment), kind, operation.subject, operation.kind)


class _Sorter:
    """The operations of one sort, found by subject and by the name they take or free."""

    def __init__(
        self, operations: Sequence[Operation], before: SchemaGraph, after: SchemaGraph
    ) -> None:
        self.operations, self.before, self.after = operations, before, after
        self.by_subject: dict[Ref, list[int]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, operation in enumerate(operations):
            for ref in self._removed(operation) if self._removes(at) else (operation.subject,):
                self.by_subject[ref].append(at)
            for name in operation.claims():
                self.by_name[name].append(at)

    def edges(self) -> Edges:
        found: Edges = defaultdict(set)
        for at in range(len(self.operations)):
            pairs = self._of_removal(at) if self._removes(at) else self._of_change(at)
            for earlier, later in (*pairs, *self._of_reads(at), *self._of_names(at)):
                if earlier != later:
                    found[earlier].add(later)
        for earlier, later in self._of_families():
            if earlier != later:
                found[earlier].add(later)
        return found

    def _of_families(self) -> Iterator[tuple[int, int]]:
        """What takes a table out of a family comes first, what puts it into one last."""
        leaves = [(at, op.precedes()) for at, op in enumerate(self.operations) if op.precedes()]
        joins = [(at, op.follows()) for at, op in enumerate(self.operations) if op.follows()]
        if not leaves and not joins:
            return
        on: dict[QualifiedName, list[int]] = defaultdict(list)
        for at, operation in enumerate(self.operations):
            kind = operation.subject.kind
            if kind is ObjectKind.TABLE or kind in PARTS_OF_RELATIONS:
                on[operation.subject.relation].append(at)
        for at, tables in leaves:
            yield from ((at, other) for table in tables for other in on[table])
            yield from ((at, other) for other, joined in joins if tables & joined)
        for at, tables in joins:
            whole = self.operations[at].subject.relation
            for other in (one for table in tables for one in on[table]):
                # A parent's foreign key may come before or after: a partition gets it anyway.
                subject = self.operations[other].subject
                if subject.relation == whole or not self._is_foreign_key(subject):
                    yield other, at

    def _is_foreign_key(self, ref: Ref) -> bool:
        found = self.after.get(ref) if ref.kind is ObjectKind.CONSTRAINT else None
        return found is not None and found.references is not None

    def _removes(self, at: int) -> bool:
        """A default that a child drops is a change of what its parent gives it."""
        operation = self.operations[at]
        subject = operation.subject
        if subject.kind is ObjectKind.DEFAULT:
            table = self.after.table(subject.relation)
            if table is not None and table.parents:
                return False
        return operation.moment in _REMOVES

    def _removed(self, operation: Operation) -> Iterator[Ref]:
        """Its subject, and what goes with it."""
        yield operation.subject
        if operation.moment is Effect.DROP:
            yield from goes_along(self.before, operation.subject)

    def _on(self, ref: Ref) -> Iterator[tuple[int, Effect]]:
        return ((at, self.operations[at].moment) for at in self.by_subject.get(ref, ()))

    def _of_removal(self, at: int) -> Iterator[tuple[int, int]]:
        """It goes before what it needed is altered or removed."""
        for ref in self._removed(self.operations[at]):
            for needed in closure(self.before, ref):
                yield from ((at, other) for other, _effect in self._on(needed))

    def _of_change(self, at: int) -> Iterator[tuple[int, int]]:
        """It comes after what it needs is there, and before what it no longer needs goes."""
        subject = self.operations[at].subject
        needed = closure(self.after, subject)
        # Rows are filled before a rule asks for them; what is only made does not wait for them.
        makes = self.operations[at].moment is Effect.CREATE
        later = _REMOVES | {Effect.FILL} if makes else _REMOVES
        for ref in needed:
            yield from ((other, at) for other, effect in self._on(ref) if effect not in later)
        if any(effect in _REMOVES for other, effect in self._on(subject) if other != at):
            return  # what it needed before is let go by its removal
        claimed = self.operations[at].claims()
        for ref in closure(self.before, subject) - needed:
            for other, effect in self._on(ref):
                if effect in _REMOVES and claimed.isdisjoint(self.operations[other].claims()):
                    yield at, other

    def _of_reads(self, at: int) -> Iterator[tuple[int, int]]:
        for read in self.operations[at].reads():
            for other, effect in self._on(read):
                yield (at, other) if effect in _REMOVES else (other, at)

    def _of_names(self, at: int) -> Iterator[tuple[int, int]]:
        """Of two operations on one object or name: a drop makes room first."""
        operation = self.operations[at]
        mine = self._removed(operation) if self._removes(at) else (operation.subject,)
        for other, _effect in (found for ref in mine for found in self._on(ref)):
            if _before_namesake(operation, self.operations[other]):
                yield at, other
        if operation.moment in _REMOVES:
            for name in operation.claims():
                for other in self.by_name[name]:
                    if self.operations[other].moment not in _REMOVES:
                        yield at, other


def _before_namesake(one: Operation, other: Operation) -> bool:
    """Of two operations on one object: a drop makes room first, else effects decide."""
    if (one.moment in _REMOVES) != (other.moment in _REMOVES):
        return one.moment in _REMOVES
    return _EFFECTS.index(one.moment) < _EFFECTS.index(other.moment)
