"""How many rows and bytes tables hold, without making a large one pay for the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg

from migrate_core.introspection.limits import Parameters, limited, rows
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.risk.facts import TableSize

COUNTED_ROWS = 10_000  # up to here a count is cheap, and exact
COUNTED_PAGES = 1_000  # 8 MB; a table known to be larger is not counted
TIMEOUT_MS = 2_000
TOGETHER = 50  # tables that one statement counts

# Of a table with all that inherit from it, partitions among them: what is done to it is done to
# those. A partitioned table has no storage of its own.
BYTES: LiteralString = """
WITH RECURSIVE family (oid) AS (
    SELECT %(oid)s::oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN family ON i.inhparent = family.oid
)
SELECT sum(pg_catalog.pg_total_relation_size(oid))::bigint FROM family
"""


def read_sizes(
    conn: psycopg.Connection[Any],
    tables: Iterable[QualifiedName],
    *,
    timeout_ms: int = TIMEOUT_MS,
) -> dict[QualifiedName, TableSize]:
    """Every one of `tables` that exists; what cannot be read in `timeout_ms` stays None."""
    wanted = list(dict.fromkeys(tables))
    names = {"schemas": [t.schema for t in wanted], "names": [t.name for t in wanted]}
    with limited(conn, timeout_ms):
        found = rows(conn, query(__package__, "sizes"), names)
    sizes = _together(conn, [(wanted[p - 1], oid, pages) for p, oid, _, pages in found], timeout_ms)
    for place, oid, analyzed, pages in found:
        table = wanted[place - 1]
        if table in sizes:
            continue
        number, exact = _rows(conn, table, analyzed, pages, timeout_ms)
        size = _ask(conn, timeout_ms, BYTES, {"oid": oid})
        sizes[table] = TableSize(table=table, rows=number, bytes=size, exact=exact)
    return sizes


def _together(
    conn: psycopg.Connection[Any],
    tables: list[tuple[QualifiedName, int, int]],
    timeout_ms: int,
) -> dict[QualifiedName, TableSize]:
    """Small tables counted by few statements; none of those that one of them is too slow for."""
    small = [(table, oid) for table, oid, pages in tables if pages <= COUNTED_PAGES]
    sizes = {}
    for start in range(0, len(small), TOGETHER):
        some = small[start : start + TOGETHER]
        if len(some) < 2:
            continue
        parts = (
            ddl(
                "SELECT {place}, ({count}), ({bytes})",
                place=raw(str(place)),
                count=raw(_count(table)),
                bytes=raw(BYTES % {"oid": oid}),
            )
            for place, (table, oid) in enumerate(some)
        )
        for place, number, size in _ask_all(conn, timeout_ms, " UNION ALL ".join(parts)):
            table = some[place][0]
            if number <= COUNTED_ROWS:
                sizes[table] = TableSize(table=table, rows=number, bytes=size, exact=True)
    return sizes


def _ask_all(conn: psycopg.Connection[Any], timeout_ms: int, sql: str) -> list[tuple[Any, ...]]:
    try:
        with limited(conn, timeout_ms):
            return rows(conn, sql.encode())
    except psycopg.Error:
        if conn.closed:
            raise
        return []


def _rows(
    conn: psycopg.Connection[Any],
    table: QualifiedName,
    analyzed: int | None,
    pages: int,
    timeout_ms: int,
) -> tuple[int | None, bool]:
    if pages <= COUNTED_PAGES:
        counted = _ask(conn, timeout_ms, _count(table).encode())
        if counted is not None and counted <= COUNTED_ROWS:
            return counted, True
    planned = _ask(conn, timeout_ms, ddl("EXPLAIN (FORMAT JSON) SELECT FROM {table}", table=table))
    return (analyzed if planned is None else planned[0]["Plan"]["Plan Rows"]), False


def _count(table: QualifiedName) -> str:
    """A sample of all rows, which PostgreSQL does not count as a scan: what plans alone have
    looked at stays a table that nobody reads."""
    limit = raw(str(COUNTED_ROWS + 1))
    return ddl(
        "SELECT count(*)"
        " FROM (SELECT FROM {table} TABLESAMPLE SYSTEM (100) LIMIT {limit}) AS first",
        table=table,
        limit=limit,
    )


def _ask(
    conn: psycopg.Connection[Any],
    timeout_ms: int,
    sql: LiteralString | str | bytes,
    parameters: Parameters = None,
) -> Any:
    """One value, or None where it takes too long, is locked, or is not ours to see."""
    try:
        with limited(conn, timeout_ms):
            text = sql.encode() if isinstance(sql, str) else sql
            return rows(conn, text, parameters)[0][0]
    except psycopg.Error:
        if conn.closed:
            raise
        return None
