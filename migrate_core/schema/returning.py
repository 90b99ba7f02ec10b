"""Whether what was parked with an object still fits into the schema as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.dependants import Dependants, in_words
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import RELATION_KINDS
from migrate_core.schema.objects import Column, Constraint, Index, Relation
from migrate_core.schema.refs import PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import Query

_ALIKE = ("type", "collation")  # of a column: what a view or a key over it depends on


def misfits(graph: SchemaGraph, along: Dependants | None) -> Iterator[str]:
    """Why dependants cannot be put back as they were, in words; `graph` holds what they were
    parked with, and none of them."""
    if along is None:
        return
    taken = Names(graph)
    for ref in along.refs:
        yield from _no_room(graph, along, ref, taken)
        for needed in _needs(along, ref):
            if problem := _changed(graph, along, needed):
                yield f"{in_words(ref)} needs {problem}"


class Names:
    """Names of relations that a schema uses: tables, views, indexes, sequences."""

    def __init__(self, graph: SchemaGraph) -> None:
        self._found: dict[QualifiedName, str] = {}
        for sequence in graph.sequences:
            self._found[sequence.name] = f"sequence {sequence.name}"
        for composite in graph.composites:
            self._found[composite.name] = f"type {composite.name}"
        for kind, word in RELATION_KINDS.items():
            for relation in _all(graph, kind):
                self._found[relation.name] = f"{word} {relation.name}"
                self._found |= dict(_of_relation(relation))

    def taken(self, names: Iterable[QualifiedName]) -> Iterator[str]:
        for name in names:
            if name in self._found:
                yield f"the name {name} is taken by {self._found[name]}"

    def are_taken(self, schema: str) -> Callable[[str], bool]:
        """Whether a name in that schema is."""
        return lambda name: QualifiedName(schema, name) in self._found


def names_of(relation: Relation) -> Iterator[QualifiedName]:
    """What a relation claims in its schema: its own name, its indexes', its identities'."""
    yield relation.name
    yield from (name for name, _ in _of_relation(relation))


def _of_relation(relation: Relation) -> Iterator[tuple[QualifiedName, str]]:
    parts: tuple[Constraint | Index, ...] = (*relation.constraints, *relation.indexes)
    for part in parts:
        if has_index(part):
            yield relation.name.renamed(part.name), f"an index of {relation.name}"
    for column in relation.columns:
        if column.identity:
            yield column.identity.sequence, f"an identity of {relation.name}"


def has_index(part: Constraint | Index) -> bool:
    return isinstance(part, Index) or part.type not in ("check", "foreign key")


def _all(graph: SchemaGraph, kind: type[Relation]) -> tuple[Any, ...]:
    found = {ObjectKind.TABLE: graph.tables, ObjectKind.VIEW: graph.views}
    return found.get(RELATION_KINDS[kind], graph.materialized_views)


def _no_room(graph: SchemaGraph, along: Dependants, ref: Ref, taken: Names) -> Iterator[str]:
    what = in_words(ref)
    thing = along.piece.get(ref)
    if ref.kind is ObjectKind.PUBLICATION:
        if graph.get(ref) is None:
            yield f"{what} is gone"
        return
    if ref.kind in PARTS_OF_RELATIONS:
        if graph.relation(ref.relation) is None:
            yield f"{what}: {ref.relation} is not there"
            return
        if isinstance(thing, Constraint | Index) and has_index(thing):
            yield from (f"{what}: {p}" for p in taken.taken([ref.relation.renamed(ref.part)]))
    if ref.kind in RELATIONS:
        yield from (f"{what}: {problem}" for problem in taken.taken(names_of(thing)))
    elif graph.get(ref) is not None:
        yield f"{what} is there again: its name is taken"


def _needs(along: Dependants, ref: Ref) -> Iterator[Ref]:
    going = frozenset(along.refs)
    for one, needed in along.piece.depends:
        own = one == ref or one == ref._replace(kind=ObjectKind.DEFAULT)
        if own and needed not in going:
            yield needed
    thing = along.piece.get(ref)
    if isinstance(thing, Constraint) and thing.references is not None:
        yield from (Ref.of(ObjectKind.COLUMN, ref.relation, name) for name in thing.columns)
        yield Ref.of(ObjectKind.TABLE, thing.references)


def _changed(graph: SchemaGraph, along: Dependants, needed: Ref) -> str:
    """What is not as it was, of what something leans on; "" where all is."""
    was, now = along.piece.get(needed), graph.get(needed)
    if now is None:
        return f"{needed.kind} {needed}, which is not there"
    if isinstance(was, Column) and isinstance(now, Column) and not _alike(was, now):
        return f"column {needed}, which is {now.type} now and was {was.type}"
    if isinstance(was, Query) and isinstance(now, Query) and not _shows(was, now):
        return f"{needed.kind} {needed}, which has other columns now"
    return ""


def _alike(was: Column, now: Column) -> bool:
    return all(getattr(was, field) == getattr(now, field) for field in _ALIKE)


def _shows(was: Query, now: Query) -> bool:
    has = {output.name: (output.type, output.collation) for output in now.outputs}
    return all(has.get(o.name) == (o.type, o.collation) for o in was.outputs)
