"""What goes with an object when it goes: parts of a column, sequences that are owned."""

from __future__ import annotations

import msgspec

from migrate_core.pg.lexer import mentions
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import Owner, Privilege, with_rights_of
from migrate_core.schema.dependants import Dependants
from migrate_core.schema.following import without_own_column
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Sequence,
    Table,
    Value,
)
from migrate_core.schema.refs import ObjectKind, Ref


class ColumnParts(Value, frozen=True, kw_only=True):
    """A column with all that PostgreSQL would drop along with it."""

    column: Column
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    sequences: tuple[Sequence, ...] = ()  # owned by it
    clustered_on: str | None = None  # one of its indexes, that the table is clustered on
    owners: tuple[Owner, ...] = ()  # of its sequences
    privileges: tuple[Privilege, ...] = ()  # on it and its sequences
    along: Dependants | None = None  # what leaned on it and was parked with it


class TableParts(Value, frozen=True, kw_only=True):
    table: Table
    sequences: tuple[Sequence, ...] = ()  # owned by one of its columns
    owners: tuple[Owner, ...] = ()  # a parked table keeps its owner and its rights
    privileges: tuple[Privilege, ...] = ()
    along: Dependants | None = None  # what leaned on it and was parked with it


def column_parts(graph: SchemaGraph, table: Table, column: Column) -> ColumnParts:
    parts = ColumnParts(
        column=column,
        constraints=tuple(c for c in table.constraints if column.name in c.columns),
        indexes=tuple(i for i in table.indexes if column.name in i.columns),
        sequences=owned_sequences(graph, table.name, column.name),
    )
    names = {c.name for c in parts.constraints} | {i.name for i in parts.indexes}
    refs = _column_with_rights(table.name, parts)
    return msgspec.structs.replace(
        parts,
        clustered_on=table.clustered_on if table.clustered_on in names else None,
        owners=tuple(owner for owner in graph.owners if owner.object in refs),
        privileges=tuple(p for p in graph.privileges if p.object in refs),
    )


def _column_with_rights(table: QualifiedName, parts: ColumnParts) -> frozenset[Ref]:
    found = {Ref.of(ObjectKind.COLUMN, table, parts.column.name)}
    found |= {ref_of(sequence) for sequence in parts.sequences}
    if parts.column.identity:
        found.add(Ref.of(ObjectKind.SEQUENCE, parts.column.identity.sequence))
    return frozenset(found)


def table_parts(graph: SchemaGraph, table: Table) -> TableParts:
    sequences = owned_sequences(graph, table.name)
    refs = _with_rights(table, sequences)
    return TableParts(
        table=table,
        sequences=sequences,
        owners=tuple(owner for owner in graph.owners if owner.object in refs),
        privileges=tuple(p for p in graph.privileges if p.object in refs),
    )


def _with_rights(table: Table, sequences: tuple[Sequence, ...]) -> frozenset[Ref]:
    return with_rights_of(table, ref_of(table)) | {ref_of(sequence) for sequence in sequences}


def owned_sequences(
    graph: SchemaGraph, table: QualifiedName, column: str | None = None
) -> tuple[Sequence, ...]:
    names = graph.owned_sequences.get(table, ())
    found = (s for name in names if (s := graph.find(Sequence, name)) and s.owned_by)
    return tuple(s for s in found if column in (None, s.owned_by and s.owned_by.column))


def without_column(graph: SchemaGraph, table: QualifiedName, column: str) -> SchemaGraph:
    """The graph without a column, its constraints and indexes, and sequences it owned."""
    for sequence in owned_sequences(graph, table, column):
        graph = graph.drop(Sequence, sequence.name)
    return graph.edit(table, lambda found: without_own_column(found, column))


def without_table(graph: SchemaGraph, table: QualifiedName) -> SchemaGraph:
    for sequence in owned_sequences(graph, table):
        graph = graph.drop(Sequence, sequence.name)
    return graph.drop(Table, table)


def with_column(graph: SchemaGraph, table: QualifiedName, parts: ColumnParts) -> SchemaGraph:
    """The graph with a column and its parts back in place."""

    def change(found: Table) -> Table:
        found = found.with_part(parts.column)
        for constraint in parts.constraints:
            found = found.with_part(constraint)
        for index in parts.indexes:
            found = found.with_part(index)
        return found.change(clustered_on=parts.clustered_on or found.clustered_on)

    graph = graph.edit(table, change)
    for sequence in parts.sequences:
        graph = graph.put(sequence)
    return graph.with_rights(_column_with_rights(table, parts), parts.owners, parts.privileges)


def without_rights(parts: ColumnParts) -> ColumnParts:
    return msgspec.structs.replace(parts, owners=(), privileges=())


def with_table(graph: SchemaGraph, parts: TableParts) -> SchemaGraph:
    graph = graph.put(parts.table)
    for sequence in parts.sequences:
        graph = graph.put(sequence)
    refs = _with_rights(parts.table, parts.sequences)
    return graph.with_rights(refs, parts.owners, parts.privileges)


def readers(graph: SchemaGraph, table: Table, column: str | None = None) -> tuple[str, ...]:
    """What would go on reading a parked object: generated columns, policies, and other
    objects (views, functions) whose text names the table, and the column if one is given."""
    found = [
        f"generated column {c.name}"
        for c in table.columns
        if column and c.generated and mentions(c.generated.expression, column)
    ]
    found += [
        f"policy {p.name}"
        for p in table.policies
        if column and mentions(f"{p.using or ''} {p.check or ''}", column)
    ]
    for other in graph.others:
        about = str(table.name) in other.definition or str(table.name) in other.name
        if about and (column is None or mentions(other.definition, column)):
            found.append(f"{other.kind} {other.name}")
    return tuple(found)
