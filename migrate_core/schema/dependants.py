"""What leans on a table or column that is parked: it goes along, and comes back with it.

A view would go on reading a parked column, a foreign key would go on judging rows of other
tables by a parked one, and a policy would hide rows by what nobody sees any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import with_rights_of
from migrate_core.schema.altering import published_table
from migrate_core.schema.definitions import Definition
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import PART_FIELDS, PART_KINDS, ref_of
from migrate_core.schema.objects import Relation, Table, Thing, Value
from migrate_core.schema.refs import PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import Query

_PART_TYPES = {kind: part for part, kind in PART_KINDS.items()}


class Dependants(Value, frozen=True, kw_only=True):
    """`piece` is the part of the schema that holds them, with what they lean on in turn.

    Of a publication it holds no more than what is said of the parked table.
    """

    refs: tuple[Ref, ...]  # in order
    piece: SchemaGraph

    @property
    def rest(self) -> SchemaGraph:
        """The same part of the schema without them."""
        return without_dependants(self.piece, self)

    def in_words(self) -> tuple[str, ...]:
        """`view public.v`, one each; not what goes with a column that is named itself."""
        columns = {ref for ref in self.refs if ref.kind is ObjectKind.COLUMN}
        return tuple(in_words(ref) for ref in self.refs if not self._is_over(ref, columns))

    def _is_over(self, ref: Ref, columns: set[Ref]) -> bool:
        part = self.piece.get(ref) if ref.kind in _OVER_COLUMNS else None
        names = part.columns if part is not None else ()
        return any(Ref.of(ObjectKind.COLUMN, ref.relation, name) in columns for name in names)


_OVER_COLUMNS = frozenset({ObjectKind.CONSTRAINT, ObjectKind.INDEX})


def in_words(ref: Ref) -> str:
    return f"{'generated ' if ref.kind is ObjectKind.COLUMN else ''}{ref.kind} {ref}"


def without_dependants(graph: SchemaGraph, along: Dependants | None) -> SchemaGraph:
    if along is None:
        return graph
    for ref in along.refs:
        thing: Any = along.piece.get(ref)
        if ref.kind in PARTS_OF_RELATIONS:
            graph = graph.edit(ref.relation, _without(ref))
        elif ref.kind is ObjectKind.PUBLICATION:
            graph = _published(graph, thing, publishes=False)
        else:
            graph = graph.drop(type(thing), thing.key)
    return graph


def with_dependants(graph: SchemaGraph, along: Dependants | None) -> SchemaGraph:
    if along is None:
        return graph
    for ref in along.refs:
        thing: Any = along.piece.get(ref)
        if ref.kind in PARTS_OF_RELATIONS:
            graph = graph.edit(ref.relation, _with(thing))
        elif ref.kind is ObjectKind.PUBLICATION:
            graph = _published(graph, thing, publishes=True)
        else:
            graph = graph.put(thing)
    return graph.with_rights(_having_rights(along), along.piece.owners, along.piece.privileges)


def _without(ref: Ref) -> Any:
    part = _PART_TYPES[ref.kind]
    return lambda relation: relation.without_part(part, ref.part)


def _with(part: Any) -> Any:
    return lambda relation: relation.with_part(part)


def _having_rights(along: Dependants) -> frozenset[Ref]:
    found: set[Ref] = set()
    for ref in along.refs:
        thing = along.piece.get(ref)
        found |= with_rights_of(thing, ref) if isinstance(thing, Thing) else {ref}
    return frozenset(ref for ref in found if ref.kind is not ObjectKind.PUBLICATION)


def _published(graph: SchemaGraph, said: Definition, *, publishes: bool) -> SchemaGraph:
    """The publication with what is said of a table in its place, or without it."""
    found = graph.find(Definition, said.key)
    if found is None:
        return graph
    then = tuple(text for text in found.then if text not in said.then)
    if publishes:
        then = tuple(sorted((*then, *said.then), key=_place_in_publication))
    return graph.put(msgspec.structs.replace(found, then=then))


def _place_in_publication(text: str) -> tuple[int, str, str]:
    """Options first, then tables by name, then schemas: as introspection lists them."""
    table = published_table(text)
    if table is not None:
        return (1, table.schema, table.name)
    return (2 if " ADD TABLES IN SCHEMA " in text else 0, "", "")


def piece_of(graph: SchemaGraph, refs: Iterable[Ref], table: QualifiedName) -> SchemaGraph:
    """The objects `refs`, and what each of them names, with the columns of tables alone."""
    going = frozenset(refs)
    edges = tuple(
        (one, needed)
        for one, needed in graph.depends
        if _whole(one) in going and graph.get(needed) is not None
    )
    names = {ref.relation for ref in going if ref.kind in RELATIONS | PARTS_OF_RELATIONS}
    names |= {n.relation for _, n in edges if n.kind in RELATIONS | PARTS_OF_RELATIONS}
    names |= {ref.relation for ref in _referenced(graph, going)}
    family = frozenset({table, *descendants(graph, table)})
    piece = SchemaGraph(reader=graph.reader, major=graph.major)
    for name in sorted(names):
        relation = graph.relation(name)
        if relation is not None:
            piece = piece.put(_bare(relation, going))
    for ref in sorted(going):
        if ref.kind not in RELATIONS | PARTS_OF_RELATIONS:
            found = graph.get(ref)
            said = _about(found, family) if ref.kind is ObjectKind.PUBLICATION else found
            piece = piece.put(said)
    along = Dependants(refs=tuple(sorted(going)), piece=piece)
    wanted = _having_rights(along)
    return msgspec.structs.replace(
        piece,
        depends=edges,
        owners=tuple(owner for owner in graph.owners if owner.object in wanted),
        privileges=tuple(p for p in graph.privileges if p.object in wanted),
        default_privileges=graph.default_privileges,
    )


def _whole(ref: Ref) -> Ref:
    """What computes a column is one with the column."""
    return ref._replace(kind=ObjectKind.COLUMN) if ref.kind is ObjectKind.DEFAULT else ref


def _referenced(graph: SchemaGraph, going: frozenset[Ref]) -> Iterator[Ref]:
    for ref in going:
        found = graph.get(ref) if ref.kind is ObjectKind.CONSTRAINT else None
        if found is not None and found.references is not None:
            yield Ref.of(ObjectKind.TABLE, found.references)


def _bare(relation: Relation, going: frozenset[Ref]) -> Relation:
    """A table with its columns and those of its parts that go; what shows rows is whole."""
    if isinstance(relation, Query) and ref_of(relation) in going:
        return relation
    kept: dict[str, Any] = {
        field: tuple(
            part
            for part in getattr(relation, field)
            if Ref.of(kind, relation.name, part.name) in going
        )
        for kind, field in PART_FIELDS.items()
        if kind is not ObjectKind.COLUMN
    }
    if isinstance(relation, Table):  # its partitions follow by themselves
        kept |= {"partition_of": None, "inherits": ()}
    return relation.change(**kept, clustered_on=None)


def _about(publication: Definition, tables: frozenset[QualifiedName]) -> Definition:
    then = tuple(text for text in publication.then if published_table(text) in tables)
    return msgspec.structs.replace(publication, then=then)
