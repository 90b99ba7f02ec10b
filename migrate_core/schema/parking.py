"""Moving names out of the way and back: what parking kinds do to parts of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import LiteralString

from migrate_core.pg.ddl import Statement, ddl, literal, raw
from migrate_core.pg.lexer import mentions
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import NAMED_SINCE, names_of
from migrate_core.schema.objects import Column, Constraint, Index, Table
from migrate_core.schema.removal import ColumnParts, TableParts

ARCHIVE_SCHEMA = "_zanith_archive"
EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE

Rename = Callable[[str], str]
Way = Callable[[str], tuple[str, str]]  # a name as it was -> what it is called, and shall be


def out_of_sight(parked: Rename) -> Way:
    return lambda name: (name, parked(name))


def into_sight(parked: Rename, otherwise: Mapping[str, str] | None = None) -> Way:
    """`otherwise`: names that it had, and has not any more."""
    return lambda name: (parked(name), (otherwise or {}).get(name, name))


def is_kept(part: Constraint | Index) -> bool:
    """Whether it stays on a parked column under another name.

    A check, foreign key or exclusion goes on judging new rows, and one that holds NULLs
    equal would refuse the second new row: these are dropped and written down.
    """
    distinct = "NULLS NOT DISTINCT" not in part.definition
    return distinct and (isinstance(part, Index) or part.type in ("unique", "primary key"))


def dropped_parts(parts: ColumnParts, *, filled: bool) -> tuple[Constraint | Index, ...]:
    """Also the primary key, where new rows would have no value for the column."""
    gone = (p for p in all_parts(parts) if not is_kept(p))
    return (*gone, *(() if filled else keys_of(parts)))


def fills_itself(parts: ColumnParts) -> bool:
    """Whether rows that do not name the column get a value of their own: it may go on so."""
    owned = any(literal(str(s.name)) in (parts.column.default or "") for s in parts.sequences)
    return parts.column.identity is not None or owned


def keys_of(parts: ColumnParts) -> tuple[Constraint, ...]:
    """The primary key, if the column is in it."""
    return tuple(c for c in parts.constraints if c.type == "primary key")


def fixed(graph: SchemaGraph, table: Table, column: Column) -> Iterator[str]:
    """What keeps a column from being taken out of sight, whatever goes along."""
    if column.generated:
        yield "its own generation expression"
    if table.partition_of is not None:
        yield f"{table.partition_of.parent}, of which it is a partition: drop it there"
    elif not column.local or any(_has(graph, name, column.name) for name in table.inherits):
        yield f"{', '.join(map(str, table.inherits))}, which it is inherited from: drop it there"
    if table.partition_key and mentions(table.partition_key, column.name):
        yield f"the partition key {table.partition_key}"
    yield from _indexes_below(graph, table, column.name)
    identity = table.replica_index
    if identity and any(p.name == identity for p in _over(table, column.name)):
        yield f"the replica identity {identity}"


def _indexes_below(graph: SchemaGraph, table: Table, column: str) -> Iterator[str]:
    """They would keep their names, and what they are attached to would have another."""
    for name in descendants(graph, table.name):
        below = graph.table(name)
        for part in _over(below, column) if below else ():
            if isinstance(part, Index) or part.type not in ("check", "foreign key"):
                yield f"index {name}.{part.name}"


def _has(graph: SchemaGraph, name: QualifiedName, column: str) -> bool:
    table = graph.table(name)
    return table is not None and table.column(column) is not None


def _over(table: Table, column: str) -> Iterator[Constraint | Index]:
    parts: tuple[Constraint | Index, ...] = (*table.constraints, *table.indexes)
    return (part for part in parts if column in part.columns)


def all_parts(parts: ColumnParts) -> tuple[Constraint | Index, ...]:
    found: list[Constraint | Index] = [*parts.constraints]
    return (*found, *parts.indexes)


def rename_parts(
    table: QualifiedName,
    parts: ColumnParts,
    way: Way,
    *,
    filled: bool,
    major: int,
) -> Iterator[Statement]:
    """Names of the kept constraints, indexes and sequences."""
    released = dropped_parts(parts, filled=filled)
    for constraint in (c for c in parts.constraints if c not in released):
        old, new = way(constraint.name)
        yield on_table(table, "RENAME CONSTRAINT {old} TO {new}", old=old, new=new)
    for index in filter(is_kept, parts.indexes):
        yield rename_index(table.schema, *way(index.name))
    for sequence in parts.sequences:
        old, new = way(sequence.name.name)
        yield rename_sequence(sequence.name.renamed(old), new)
    if filled and parts.column.identity:
        counted = parts.column.identity.sequence
        old, new = way(counted.name)
        yield rename_sequence(counted.renamed(old), new)
    if filled and major >= NAMED_SINCE:
        for name in names_of(Table(name=table, columns=(parts.column,))):
            old, new = way(name)
            yield on_table(table, "RENAME CONSTRAINT {old} TO {new}", old=old, new=new)


def rename_table_parts(
    parts: TableParts, way: Way, *, table: QualifiedName, major: int
) -> Iterator[Statement]:
    """Every name a table owns in its schema: keys, indexes, sequences, and NOT NULLs, which
    PostgreSQL would not give to another table either; not its own."""
    found, schema = parts.table, table.schema
    named = [c.name for c in found.constraints if c.type not in ("check", "foreign key")]
    named += names_of(found) if major >= NAMED_SINCE else ()
    for name in named:
        old, new = way(name)
        yield on_table(table, "RENAME CONSTRAINT {old} TO {new}", old=old, new=new)
    for index in found.indexes:
        yield rename_index(schema, *way(index.name))
    names = [s.name.name for s in parts.sequences]
    names += [c.identity.sequence.name for c in found.columns if c.identity]
    for name in names:
        old, new = way(name)
        yield rename_sequence(QualifiedName(schema, old), new)


def on_table(table: QualifiedName, action: LiteralString, **names: str) -> Statement:
    """ALTER TABLE under ACCESS EXCLUSIVE; `action` is a template of our own."""
    filled = ddl(action, **names)
    sql = ddl("ALTER TABLE {table} {action}", table=table, action=raw(filled))
    return Statement(sql=sql, lock=EXCLUSIVE, on=table, inherited=True)


def rename_index(schema: str, old: str, new: str) -> Statement:
    index = QualifiedName(schema, old)
    sql = ddl("ALTER INDEX {index} RENAME TO {new}", index=index, new=new)
    return Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=index)


def rename_sequence(old: QualifiedName, new: str) -> Statement:
    sql = ddl("ALTER SEQUENCE {old} RENAME TO {new}", old=old, new=new)
    return Statement(sql=sql, lock=EXCLUSIVE, on=old)


def outgoing_keys(table: Table) -> tuple[Constraint, ...]:
    """Foreign keys to other tables: they would go on locking and judging them."""
    return tuple(c for c in table.constraints if c.references and c.references != table.name)
