"""Putting operations in running order, by what their subjects depend on.

No kind names another to be before or after: a creation follows what it needs, a drop
precedes what it needed, rows are filled before a rule asks for them and before what they
are read from goes. Where nothing decides, the effect does, then the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from heapq import heapify, heappop, heappush

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.bodies import Bodies
from migrate_core.schema.cycles import loops
from migrate_core.schema.edges import closure, full_needs, removal_needs
from migrate_core.schema.families import goes_along
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref

_EFFECTS = list(Effect)
_KINDS = list(ObjectKind)
_REMOVES = {Effect.PARK, Effect.DROP}

Edges = dict[int, set[int]]  # operation -> operations that come after it
Rank = tuple[int, int, Ref, str, int]


def in_order(
    operations: Sequence[Operation], before: SchemaGraph, after: SchemaGraph
) -> tuple[Operation, ...]:
    """A topological sort, with what is said of rights put in afterwards."""
    rights = [operation for operation in operations if operation.looks_last]
    others = [operation for operation in operations if not operation.looks_last]
    found = _in_order(others, before, after)
    return tuple(_with_rights(found, rights, after)) if rights else found


def _with_rights(
    ordered: Sequence[Operation], rights: Sequence[Operation], after: SchemaGraph
) -> Iterator[Operation]:
    """The rights on what is made anew right after it, so that nobody misses them for long.

    All others come at the end: a sequence goes with its table to another owner, and nothing
    that is made before default privileges change must get them.
    """
    by_object: dict[Ref, list[Operation]] = defaultdict(list)
    for operation in sorted(rights, key=_rank_of_right):
        by_object[_whole(operation.subject)].append(operation)
    owners_of_sequences = set(after.sequence_owners.values())
    for operation in ordered:
        yield operation
        created = operation.subject if operation.moment is Effect.CREATE else None
        tied = created in after.sequence_owners or created in owners_of_sequences
        if created in by_object and not tied:
            yield from by_object.pop(created)
    left = (operation for found in by_object.values() for operation in found)
    yield from sorted(left, key=_rank_of_right)


def _whole(ref: Ref) -> Ref:
    """The table of a column."""
    return Ref(ObjectKind.TABLE, *ref[1:3]) if ref.kind is ObjectKind.COLUMN else ref


def _rank_of_right(operation: Operation) -> tuple[bool, int, bool, Ref, str]:
    """Owners first; a table before its columns, which lose what it loses."""
    subject = operation.subject
    return (
        subject.kind is ObjectKind.DEFAULT_PRIVILEGES,
        _EFFECTS.index(operation.moment),
        subject.kind is ObjectKind.COLUMN,
        subject,
        operation.kind,
    )


def _in_order(
    operations: Sequence[Operation], before: SchemaGraph, after: SchemaGraph
) -> tuple[Operation, ...]:
    """Among what is free to run, the least `_rank` first."""
    sorter = _Sorter(operations, before, after)
    ranks = [(*_rank(operation), at) for at, operation in enumerate(operations)]
    return tuple(operations[at] for at in _sorted(ranks, sorter.edges(), sorter.wishes()))


def _sorted(ranks: Sequence[Rank], edges: Edges, wishes: Edges) -> Iterator[int]:
    waiting, hoping = _counts(ranks, edges), _counts(ranks, wishes)
    ready = [rank for rank in ranks if not waiting[rank[-1]] and not hoping[rank[-1]]]
    eager = [rank for rank in ranks if not waiting[rank[-1]] and hoping[rank[-1]]]
    heapify(ready)
    heapify(eager)
    left = {rank[-1] for rank in ranks}
    while left:
        # A wish yields where nothing else is ready. A cycle leaves nothing at all: the least
        # of one that waits for nothing but itself breaks it.
        heap = ready or eager
        at = heappop(heap)[-1] if heap else min(ranks[n] for n in _cycle(left, ranks, edges))[-1]
        if at not in left:
            continue
        left.discard(at)
        yield at
        for counts, followers in ((waiting, edges[at]), (hoping, wishes[at])):
            for follower in followers:
                counts[follower] -= 1
        for follower in edges[at] | wishes[at]:
            if not waiting[follower]:
                heappush(eager if hoping[follower] else ready, ranks[follower])


def _cycle(left: Set[int], ranks: Sequence[Rank], edges: Edges) -> Set[int]:
    """Of what is left, some that wait for each other and for nothing else.

    The last start of a search that goes through everything is among them: what leads to it
    was not found before, so it is found from there, and leads back.
    """
    seen: set[int] = set()
    start = 0
    for rank in sorted((ranks[at] for at in left), reverse=True):
        if rank[-1] not in seen:
            start = rank[-1]
            seen |= _reached(start, edges, left)
    backward: Edges = defaultdict(set)
    for at in left:
        for follower in edges[at] & left:
            backward[follower].add(at)
    return _reached(start, backward, left)


def _reached(start: int, edges: Edges, within: Set[int]) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        more = (edges[todo.pop()] & within) - found
        found |= more
        todo += more
    return found


def _counts(ranks: Sequence[Rank], edges: Edges) -> list[int]:
    found = [0] * len(ranks)
    for followers in edges.values():
        for follower in followers:
            found[follower] += 1
    return found


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
        every = range(len(self.operations))
        said = {*self._of_families(), *(pair for at in every for pair in self._of_reads(at))}
        for at in every:
            pairs = self._of_removal(at) if self._removes(at) else self._of_change(at)
            for earlier, later in (*pairs, *self._of_names(at)):
                if (later, earlier) not in said:  # what an operation says of itself wins
                    found[earlier].add(later)
        for earlier, later in said:
            found[earlier].add(later)
        for at in every:
            found[at].discard(at)
        return found

    def _of_families(self) -> Iterator[tuple[int, int]]:
        """What takes a table out of a family comes first, what puts it into one last."""
        leaves = [(at, op.precedes()) for at, op in enumerate(self.operations) if op.precedes()]
        joins = [(at, op.follows()) for at, op in enumerate(self.operations) if op.follows()]
        if not leaves and not joins:
            return
        moved = [self.operations[at] for at, _ in (*leaves, *joins)]
        apart = {ref for op in moved for g in (self.before, self.after) for ref in op.remakes(g)}
        on: dict[QualifiedName, list[int]] = defaultdict(list)
        for at, operation in enumerate(self.operations):
            subject = operation.subject
            in_table = subject.kind is ObjectKind.TABLE or subject.kind in PARTS_OF_RELATIONS
            # What is made anew around it goes before, and comes back after.
            if in_table and subject not in apart:
                on[subject.relation].append(at)
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
            for needed in removal_needs(self.before, ref):
                for other, effect in self._on(needed):
                    empties = effect is Effect.PARK and needed in loops(self.before)
                    yield (other, at) if empties else (at, other)

    def _of_change(self, at: int) -> Iterator[tuple[int, int]]:
        """It comes after what it needs is there, and before what it no longer needs goes."""
        subject = self.operations[at].subject
        needed = self._needed(at)
        # Rows are filled before a rule asks for them; what is only made does not wait for them.
        makes = self.operations[at].moment is Effect.CREATE
        later = _REMOVES | {Effect.FILL} if makes else _REMOVES
        for ref in needed:
            whole = self._whole_of(ref)
            for other, effect in self._on(ref):
                # What is created empty waits to be whole for what needs it empty.
                waits = effect is Effect.ALTER and subject in whole
                if effect not in later and not waits:
                    yield other, at
        if any(effect in _REMOVES for other, effect in self._on(subject) if other != at):
            return  # what it needed before is let go by its removal
        claimed = self.operations[at].claims()
        for ref in closure(self.before, subject) - needed:
            for other, effect in self._on(ref):
                if effect in _REMOVES and claimed.isdisjoint(self.operations[other].claims()):
                    yield at, other

    def _needed(self, at: int) -> frozenset[Ref]:
        operation = self.operations[at]
        needed = closure(self.after, operation.subject)
        if operation.moment is not Effect.CREATE:
            needed |= self._whole_of(operation.subject)
        return needed

    def _whole_of(self, ref: Ref) -> frozenset[Ref]:
        """What an object that is created empty needs besides, to be whole."""
        view = ref.kind is ObjectKind.VIEW and ref in loops(self.after)
        return full_needs(self.after, ref) if view else frozenset()

    def wishes(self) -> Edges:
        """What had better come first: what the body of a routine names, which PostgreSQL
        does not know of; and the end of an overload that might be taken for another."""
        found: Edges = defaultdict(set)
        bodies = Bodies(self.by_subject)
        for at, operation in enumerate(self.operations):
            if operation.moment in _REMOVES:
                continue
            routines = [ref for ref in self._needed(at) if ref.kind is ObjectKind.ROUTINE]
            for earlier in self._wished(operation.subject, routines, bodies):
                if earlier != at:
                    found[earlier].add(at)
        return found

    def _wished(self, subject: Ref, routines: list[Ref], bodies: Bodies) -> Iterator[int]:
        for ref in (subject, *routines):
            for named in bodies.named(self.after.get(ref)):
                yield from (at for at, effect in self._on(named) if effect not in _REMOVES)
        mistaken = [other for ref in routines for other in bodies.overloads(ref)]
        if subject.kind is ObjectKind.ROUTINE:
            mistaken += (o for o in bodies.overloads(subject) if self._is_alike(subject, o))
        for other in mistaken:
            yield from (at for at, effect in self._on(other) if effect in _REMOVES)

    def _is_alike(self, made: Ref, gone: Ref) -> bool:
        """Whether one call might mean either: one of them need not be given every argument."""
        both = (self.after.get(made), self.before.get(gone))
        return any(a.optional or a.mode == "variadic" for r in both if r for a in r.arguments)

    def _of_reads(self, at: int) -> Iterator[tuple[int, int]]:
        for read in self.operations[at].reads():
            found = list(self._on(read))
            # A rule that is made anew is waited for; the values of a column that is, are gone.
            anew = read.kind is not ObjectKind.COLUMN and any(e not in _REMOVES for _, e in found)
            for other, effect in found:
                yield (at, other) if effect in _REMOVES and not anew else (other, at)

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
