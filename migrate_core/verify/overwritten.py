"""Of how many rows raw SQL wrote over values: where there were none, nothing went.

What it may lock is not read while it is under way: the tables that it names are read before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import sql

from migrate_core.pg.queries import query
from migrate_core.verify.relations import Relation, Relations, belonging, read_relations
from migrate_core.verify.undeclared import Doings

Connection = psycopg.Connection[Any]
Row = dict[str, Any]
Rows = dict[tuple[str, ...], Row]
Were = Mapping[int, Rows]  # of tables, by their numbers

MOST_ROWS = 10_000  # of a table that is compared
MOST_TABLES = 20


class Compared(Struct, frozen=True):
    """Of one table that was updated."""

    rows: int  # that it had
    lost: int  # that are gone, or no longer hold each value that they held
    leveled: bool = False  # a column that told rows apart holds one value in all of them


def rows_of(conn: Connection, named: Collection[str]) -> Were:
    """Of tables that have one of these names, or are partitions of one that has.

    What cannot be compared is not among them: a table without a primary key, one that may not be
    read, one without rows or with too many.
    """
    found: dict[int, Rows] = {}
    for one in _named(read_relations(conn, settled=True), named):
        if len(found) < MOST_TABLES and (rows := _readable(conn, one)):
            found[one.oid] = rows
    return found


def compared(now: Connection, were: Were, doings: Doings) -> Mapping[int, Compared]:
    """By the tables' numbers, of those that were updated."""
    updated = (one for one in doings.before.values() if _was_updated(one, doings))
    found = (
        (one.oid, _compared(now, were.get(one.oid, {}), doings.after[one.oid])) for one in updated
    )
    return {oid: one for oid, one in found if one}


def _named(relations: Relations, named: Collection[str]) -> Iterator[Relation]:
    for one in sorted(relations.values(), key=lambda one: one.qualified):
        chain = belonging(one.oid, relations)
        if one.kind == "r" and not one.is_ours and any(side.name in named for side in chain):
            yield one


def _was_updated(one: Relation, doings: Doings) -> bool:
    now = doings.after.get(one.oid)
    return one.kind == "r" and bool(now and (now.written or [0, 0])[1] > (one.written or [0, 0])[1])


def _compared(now: Connection, was: Rows, table: Relation) -> Compared | None:
    rows = _readable(now, table) if was else {}
    kept = (key in rows and _kept(row, rows[key]) for key, row in was.items())
    if not rows:
        return None
    lost = len(was) - sum(kept)
    return Compared(len(was), lost, leveled=bool(lost) and any(_leveled(was, rows)))


def _leveled(was: Rows, rows: Rows) -> Iterator[bool]:
    for column in next(iter(rows.values())):
        had = {str(row[column]) for row in was.values() if row.get(column) is not None}
        has = {str(row.get(column)) for row in rows.values()}
        yield len(had) > 1 and len(has) == 1


def _readable(conn: Connection, table: Relation) -> Rows:
    """None where it may not be read."""
    try:
        with conn.transaction():  # whatever fails is no part of the step
            return _rows(conn, table)
    except psycopg.Error:
        if conn.broken:
            raise
        return {}


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
