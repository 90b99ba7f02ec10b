"""Rows that raw SQL locks one by one, as SELECT ... FOR UPDATE does.

No view tells of them: they are marked in the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import most
from migrate_core.verify.relations import Relation
from migrate_core.verify.routines import names
from migrate_core.verify.texts import locks_rows
from migrate_core.verify.undeclared import Doings


class RowLocks(Struct, frozen=True):
    """Of one table; none of either where it had no rows."""

    table: Relation
    rows: int
    locked: int


def row_locks(
    conn: psycopg.Connection[Any], texts: Collection[str], doings: Doings, *, alone: bool
) -> tuple[RowLocks, ...]:
    """Of tables that were there before. Without a word that locks rows none is looked at: a
    foreign key locks those that it refers to, one for each row that is written.

    Args:
        alone: its locks may have been over before they were seen; tables that are named are
            looked at.
    """
    if not locks_rows(texts):
        return ()
    numbers = {oid for oid, mode in doings.taken if mode is LockMode.ROW_SHARE}
    if alone:
        named = {name for text in texts for name in names(text)}
        numbers |= {oid for oid, one in doings.before.items() if one.name in named}
    tables = (one for oid, one in doings.after.items() if oid in numbers & doings.before.keys())
    found = (_counted(conn, one) for one in tables if one.kind == "r" and not one.is_ours)
    return tuple(one for one in found if one and (one.locked or not one.rows))


def _counted(conn: psycopg.Connection[Any], table: Relation) -> RowLocks | None:
    """A row that was locked keeps the mark when its transaction is over."""
    text = sql.SQL("SELECT count(*), count(*) FILTER (WHERE xmax <> '0'::xid) FROM ONLY {}")
    try:
        with conn.transaction():  # whatever fails is no part of the step
            named = text.format(sql.Identifier(table.schema, table.name))
            ((rows, locked),) = conn.execute(named, prepare=False)
            return RowLocks(table, rows, locked)
    except psycopg.Error:
        if conn.broken:
            raise
        return None


def locking(
    found: Collection[RowLocks], facts_of: Callable[[QualifiedName], Facts]
) -> Iterator[tuple[Facts, Reason]]:
    """By the part of the target's table that they stand for; all of it where there were none."""
    for one in found:
        facts = facts_of(one.table.qualified)
        size = facts.size.bytes if facts.size else None
        part = one.locked / one.rows if one.rows else 1.0
        level = Level.HIGH if size is None else most(round(size * part))
        if part < 0.5:  # a few, which may be as few in the target
            level = min(level, Level.MEDIUM, key=lambda level: level.score)
        seen = (
            f"{one.locked:,} of {one.rows:,} rows"
            if one.rows
            else "rows, of which there were none,"
        )
        said = f"{seen} of {one.table.qualified} are locked one by one; in the target"
        waits = "who writes them waits until its transaction ends"
        yield facts, why.HOLDS_LOCK.because(f"{said} {facts.describe()}: {waits}", level=level)
