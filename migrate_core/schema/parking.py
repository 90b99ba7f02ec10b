"""Moving names out of the way and back: what parking kinds do to parts of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import LiteralString

from migrate_core.pg.ddl import Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.not_null import NAMED_SINCE, names_of
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.removal import ColumnParts, TableParts

ARCHIVE_SCHEMA = "_zanith_archive"
EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE

Rename = Callable[[str], str]


def is_kept(part: Constraint | Index) -> bool:
    """Whether it stays on a parked column under another name.

    A check, foreign key or exclusion goes on judging new rows, and one that holds NULLs
    equal would refuse the second new row: these are dropped and written down.
    """
    distinct = "NULLS NOT DISTINCT" not in part.definition
    return distinct and (isinstance(part, Index) or part.type in ("unique", "primary key"))


def dropped_parts(parts: ColumnParts) -> tuple[Constraint | Index, ...]:
    return tuple(p for p in all_parts(parts) if not is_kept(p))


def all_parts(parts: ColumnParts) -> tuple[Constraint | Index, ...]:
    found: list[Constraint | Index] = [*parts.constraints]
    return (*found, *parts.indexes)


def rename_parts(
    table: QualifiedName, parts: ColumnParts, rename: Rename, *, back: bool
) -> Iterator[Statement]:
    """Names of the kept constraints, indexes and owned sequences, to parked or `back`."""
    for constraint in filter(is_kept, parts.constraints):
        old, new = _way(constraint.name, rename, back=back)
        yield on_table(table, "RENAME CONSTRAINT {old} TO {new}", old=old, new=new)
    for index in filter(is_kept, parts.indexes):
        yield rename_index(table.schema, *_way(index.name, rename, back=back))
    for sequence in parts.sequences:
        old, new = _way(sequence.name.name, rename, back=back)
        yield rename_sequence(sequence.name.renamed(old), new)


def rename_table_parts(
    parts: TableParts, rename: Rename, *, back: bool, table: QualifiedName, major: int
) -> Iterator[Statement]:
    """Every name a table owns in its schema: keys, indexes, sequences, and NOT NULLs, which
    PostgreSQL would not give to another table either; not its own."""
    found, schema = parts.table, table.schema
    named = [c.name for c in found.constraints if c.type not in ("check", "foreign key")]
    named += names_of(found) if major >= NAMED_SINCE else ()
    for name in named:
        old, new = _way(name, rename, back=back)
        yield on_table(table, "RENAME CONSTRAINT {old} TO {new}", old=old, new=new)
    for index in found.indexes:
        yield rename_index(schema, *_way(index.name, rename, back=back))
    names = [s.name.name for s in parts.sequences]
    names += [c.identity.sequence.name for c in found.columns if c.identity]
    for name in names:
        old, new = _way(name, rename, back=back)
        yield rename_sequence(QualifiedName(schema, old), new)


def _way(name: str, rename: Rename, *, back: bool) -> tuple[str, str]:
    return (rename(name), name) if back else (name, rename(name))


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
