"""What ANALYZE saw of columns: no row is read for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from migrate_core.introspection.limits import limited, rows
from migrate_core.introspection.sizes import TIMEOUT_MS
from migrate_core.pg.queries import query
from migrate_core.schema.refs import Ref
from migrate_core.schema.statistics import ColumnStatistics


def read_column_statistics(
    conn: psycopg.Connection[Any], columns: Iterable[Ref], *, timeout_ms: int = TIMEOUT_MS
) -> dict[Ref, ColumnStatistics]:
    """Of each of `columns` that was analyzed and that this role may read.

    None where that takes over `timeout_ms`: they only help a person to answer.
    """
    wanted = list(dict.fromkeys(columns))
    names = {
        "schemas": [ref.schema for ref in wanted],
        "tables": [ref.name for ref in wanted],
        "columns": [ref.part for ref in wanted],
    }
    try:
        with limited(conn, timeout_ms):
            found = rows(conn, query(__package__, "column_statistics"), names)
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return {}
    # Of a table with inheritors the last row is its own alone.
    return {
        wanted[place - 1]: ColumnStatistics(nulls=nulls, distinct=distinct)
        for place, nulls, distinct in found
    }
