"""What was parked, as it is once it comes back under another name than it had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import msgspec

from migrate_core.pg.names import QualifiedName, cut
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.marks import with_marks
from migrate_core.schema.objects import Column, Sequence, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import (
    ColumnParts,
    TableParts,
    column_parts,
    table_parts,
    with_column,
    with_table,
)
from migrate_core.schema.renaming import rename_column, rename_sequence, rename_table

Pairs = Mapping[str, str]  # names of indexes, constraints and sequences: as it was, as it shall be


def names_beside(names: Iterable[str], is_taken: Callable[[str], bool]) -> dict[str, str]:
    """For each that is taken a free one, counted up as PostgreSQL does: `goods_pkey1`."""
    found: dict[str, str] = {}
    for name in names:
        if is_taken(name):
            tries = (cut(name, suffix=str(number)) for number in count(1))
            found[name] = next(t for t in tries if not is_taken(t) and t not in found.values())
    return found


def table_under(parts: TableParts, name: str, pairs: Pairs) -> TableParts:
    """A table and all that it owns; what leaned on it spoke of the old name and is left out."""
    graph = with_table(SchemaGraph(), msgspec.structs.replace(parts, along=None))
    graph = rename_table(graph, parts.table.name, name)
    now = parts.table.name.renamed(name)
    graph = _rename_owned(graph, now, parts.sequences, pairs)
    return table_parts(graph, _table(graph, now))


def column_under(table: QualifiedName, parts: ColumnParts, name: str, pairs: Pairs) -> ColumnParts:
    """A column and all that it owns, likewise."""
    graph = SchemaGraph(tables=(Table(name=table),))
    graph = with_column(graph, table, msgspec.structs.replace(parts, along=None))
    graph = rename_column(graph, table, parts.column.name, name)
    graph = _rename_owned(graph, table, parts.sequences, pairs)
    found = _table(graph, table)
    column = found.column(name)
    assert column is not None  # it was put there
    return column_parts(graph, found, column)


def _rename_owned(
    graph: SchemaGraph, table: QualifiedName, sequences: tuple[Sequence, ...], pairs: Pairs
) -> SchemaGraph:
    for sequence in sequences:
        if new := pairs.get(sequence.name.name):
            graph = rename_sequence(graph, sequence.name, new)
    for column in _table(graph, table).columns:
        if column.identity and column.identity.sequence.name in pairs:
            graph = _rename_identity(graph, table, column, pairs)
    return graph.edit(table, lambda found: _rename_parts(found, pairs))


def _rename_identity(
    graph: SchemaGraph, table: QualifiedName, column: Column, pairs: Pairs
) -> SchemaGraph:
    assert column.identity is not None
    old = column.identity.sequence
    new = old.renamed(pairs[old.name])
    graph = graph.renaming(  # first, or its rights would go with it
        Ref.of(ObjectKind.SEQUENCE, old), Ref.of(ObjectKind.SEQUENCE, new)
    )
    identity = msgspec.structs.replace(column.identity, sequence=new)
    return graph.edit(table, lambda found: found.change_column(column.name, identity=identity))


def _rename_parts(table: Table, pairs: Pairs) -> Table:
    def named(part: Any) -> Any:
        return msgspec.structs.replace(part, name=pairs.get(part.name, part.name))

    now = table.change(
        constraints=tuple(map(named, table.constraints)),
        indexes=tuple(map(named, table.indexes)),
    )
    for old, new in pairs.items():
        now = with_marks(table, now, old, new)
    return now


def _table(graph: SchemaGraph, name: QualifiedName) -> Table:
    found = graph.table(name)
    assert found is not None  # it was put there
    return found
