"""Questions to a busy database: read only, bounded in time, and leaving no trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import tuple_row

from migrate_core.pg.queries import query

Parameters = Sequence[Any] | Mapping[str, Any] | None


@contextmanager
def limited(conn: psycopg.Connection[Any], timeout_ms: int) -> Iterator[None]:
    """A read-only transaction in which no statement takes, or waits, over `timeout_ms`.

    Inside a transaction of the caller's it is a savepoint, and read only all the same.
    It rolls back: what runs inside only asks, and its settings go with it.
    """
    with conn.transaction():
        conn.execute(query(__package__, "limits"), {"ms": str(timeout_ms)}, prepare=False)
        yield
        raise psycopg.Rollback


def rows(
    conn: psycopg.Connection[Any],
    sql: LiteralString | bytes,
    parameters: Parameters = None,
) -> list[tuple[Any, ...]]:
    with conn.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(sql, parameters, prepare=False).fetchall()
