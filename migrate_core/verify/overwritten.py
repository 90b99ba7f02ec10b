"""Of how many rows raw SQL wrote over values: where there were none, nothing went.

While its transaction is open another session still sees the rows as they were. Where it commits
by itself, one that began to look before it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from migrate_core.pg.queries import query
from migrate_core.verify.relations import Relation
from migrate_core.verify.undeclared import Doings

Connection = psycopg.Connection[Any]
Row = dict[str, Any]
Rows = dict[tuple[str, ...], Row]

MOST_ROWS = 10_000  # of a table that is compared


class Compared(Struct, frozen=True):
    """Of one table that was updated."""

    rows: int  # that it had
    lost: int  # that are gone, or no longer hold each value that they held


@contextmanager
def looking(conn: Connection) -> Iterator[Connection]:
    """Sees what is there now, whatever others commit meanwhile."""
    with conn:
        conn.execute("SET lock_timeout = '1s'")
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        with conn.transaction():
            conn.execute("SELECT 1", prepare=False)  # the snapshot is taken with it
            yield conn


def compared(now: Connection, before: Connection, doings: Doings) -> Mapping[int, Compared]:
    """By the tables' numbers.

    What cannot be compared is not among them: a table without a primary key, one that nobody
    else may read, one without rows or with too many.
    """
    updated = (one for one in doings.before.values() if _was_updated(one, doings))
    found = ((one.oid, _compared(now, before, one, doings)) for one in updated)
    return {oid: one for oid, one in found if one}


def _was_updated(one: Relation, doings: Doings) -> bool:
    now = doings.after.get(one.oid)
    return one.kind == "r" and bool(now and (now.written or [0, 0])[1] > (one.written or [0, 0])[1])


def _compared(
    now: Connection, before: Connection, one: Relation, doings: Doings
) -> Compared | None:
    try:
        with before.transaction(), now.transaction():  # whatever fails is no part of the step
            was = _rows(before, one)
            rows = _rows(now, doings.after[one.oid]) if was else {}
    except psycopg.Error:
        return None
    kept = (key in rows and _kept(row, rows[key]) for key, row in was.items())
    return Compared(len(was), len(was) - sum(kept)) if rows else None


def _rows(conn: Connection, table: Relation) -> Rows:
    """By primary key; none where there is no such key, or too many rows."""
    found = conn.execute(query(__package__, "keys"), {"table": table.oid}, prepare=False)
    ((key, computed),) = found.fetchall()
    if not key:
        return {}
    text = sql.SQL("SELECT pg_catalog.to_jsonb(t) - %s::text[] FROM ONLY {} AS t LIMIT %s")
    named = text.format(sql.Identifier(table.schema, table.name))
    rows = conn.execute(named, (computed, MOST_ROWS + 1), prepare=False).fetchall()
    if len(rows) > MOST_ROWS:
        return {}
    return {tuple(str(row[column]) for column in key): row for (row,) in rows}


def _kept(before: Row, after: Row) -> bool:
    return all(after.get(column) == value for column, value in _values(before))


def _values(row: Row) -> Iterator[tuple[str, Any]]:
    return ((column, value) for column, value in row.items() if value is not None)
