"""Making things from nothing: what kinds do that bring a table or a type back whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.operations.order import in_order
from migrate_core.operations.registry import kinds
from migrate_core.pg.ddl import Statement
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import DefaultPrivilege, Owner, Privilege, with_rights_of
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Table, Thing, Value
from migrate_core.schema.refs import Ref
from migrate_core.schema.removal import ColumnParts, with_column, without_rights


class Rights(Value, frozen=True, kw_only=True):
    """Who owns some objects, and who may use them; `defaults` is what new ones are born with."""

    owners: tuple[Owner, ...] = ()
    privileges: tuple[Privilege, ...] = ()
    defaults: tuple[DefaultPrivilege, ...] = ()


def creating(before: SchemaGraph, after: SchemaGraph) -> tuple[Operation, ...]:
    """In running order; `after` holds all of `before`, and more."""
    delta = SchemaDelta(before, after, Answers())
    made = [op for kind in kinds().values() if not kind.looks_last for op in kind.detect(delta)]
    born = (op.subject for op in made if op.moment is Effect.CREATE)
    return in_order([*made, *_rights(delta.making(born))], before, after)


def removing(before: SchemaGraph, after: SchemaGraph) -> tuple[Operation, ...]:
    """In running order; `before` holds all of `after`, and more, none of which is kept."""
    delta = SchemaDelta(before, after, Answers(drops=DropMode.PLAIN))
    gone = [op for kind in kinds().values() if not kind.looks_last for op in kind.detect(delta)]
    return in_order(gone, before, after)


def statements_of(operations: Iterable[Operation], place: Place) -> Iterator[Statement]:
    """Theirs, where one transaction runs all of them."""
    for operation in operations:
        for one in operation.stages(place):
            yield from one.statements


def about_owners(operations: Iterable[Operation], place: Place) -> frozenset[str]:
    """SQL of what gives objects to the roles that owned them, or owners what they had."""
    found = (operation for operation in operations if not operation.rehearsable)
    return frozenset(statement.sql for statement in statements_of(found, place))


def rights_on(graph: SchemaGraph, refs: Iterable[Ref]) -> Rights:
    wanted = frozenset(refs)
    return Rights(
        owners=tuple(owner for owner in graph.owners if owner.object in wanted),
        privileges=tuple(p for p in graph.privileges if p.object in wanted),
        defaults=graph.default_privileges,
    )


def giving_on_column(table: QualifiedName, parts: ColumnParts) -> tuple[Operation, ...]:
    """What gives a column that was added anew, and its sequences, the rights that it had."""
    bare = SchemaGraph().put(Table(name=table, columns=(parts.column,)))
    for sequence in parts.sequences:
        bare = bare.put(sequence)
    after = with_column(bare, table, parts)
    delta = SchemaDelta(with_column(bare, table, without_rights(parts)), after, Answers())
    return in_order(list(_rights(delta)), bare, after)


def rights_of(graph: SchemaGraph, thing: Thing) -> Rights:
    """On the object and its columns."""
    return rights_on(graph, with_rights_of(thing, ref_of(thing)))


def giving(rights: Rights, things: Sequence[Thing]) -> tuple[Operation, ...]:
    """What gives things that were made anew the rights that their namesakes had."""
    born = SchemaGraph(default_privileges=rights.defaults)
    for thing in things:
        born = born.put(thing)
    refs = [ref_of(thing) for thing in things]
    whole = frozenset().union(*(with_rights_of(t, r) for t, r in zip(things, refs, strict=True)))
    after = born.with_rights(whole, rights.owners, rights.privileges)
    delta = SchemaDelta(born, after, Answers()).making(refs)
    return in_order(list(_rights(delta)), born, after)


def giving_back(graph: SchemaGraph, made: Iterable[Ref], had: SchemaGraph) -> tuple[Operation, ...]:
    """What gives those of `made` that stood in `had` the rights that they had there."""
    found = ((ref, graph.get(ref)) for ref in made if had.get(ref) is not None)
    whole = frozenset().union(*(with_rights_of(thing, ref) for ref, thing in found if thing))
    after = graph.with_rights(whole, had.owners, had.privileges)
    return in_order(list(_rights(SchemaDelta(graph, after, Answers()))), graph, after)


def _rights(delta: SchemaDelta) -> Iterator[Operation]:
    return (op for kind in kinds().values() if kind.looks_last for op in kind.detect(delta))
