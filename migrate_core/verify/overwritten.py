"""Whether raw SQL wrote over values, or only where there were none.

While its transaction is open another session still sees the rows as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from migrate_core.pg.queries import query
from migrate_core.verify.relations import Relation
from migrate_core.verify.undeclared import Doings

Connection = psycopg.Connection[Any]
Row = dict[str, Any]
Rows = dict[tuple[str, ...], Row]

MOST_ROWS = 10_000  # of a table that is compared


def only_nulls(
    conn: Connection, connect: Callable[[], Connection], doings: Doings
) -> frozenset[int]:
    """Numbers of the tables that were updated, and all of whose values are still there.

    `conn` is in the transaction of the SQL. What cannot be compared is not among them: a table
    without a primary key, one that nobody else may read, one with too many rows.
    """
    updated = [one for one in doings.before.values() if _was_updated(one, doings)]
    if not updated:
        return frozenset()
    with closing(connect()) as other:
        other.execute("SET lock_timeout = '1s'")
        return frozenset(one.oid for one in updated if _keeps_values(conn, other, one, doings))


def _was_updated(one: Relation, doings: Doings) -> bool:
    now = doings.after.get(one.oid)
    return one.kind == "r" and bool(now and (now.written or [0, 0])[1] > (one.written or [0, 0])[1])


def _keeps_values(conn: Connection, other: Connection, one: Relation, doings: Doings) -> bool:
    try:
        with conn.transaction():  # a savepoint: whatever fails is no part of the step
            before = _rows(other, one)
            after = _rows(conn, doings.after[one.oid]) if before else {}
    except psycopg.Error:
        return False
    return bool(before) and all(
        key in after and _kept(row, after[key]) for key, row in before.items()
    )


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
