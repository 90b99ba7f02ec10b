"""Materialized views that hold rows in the target hold rows in the rehearsal too.

pg_dump makes them without; whatever reads one then, or refreshes it beside its readers, fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from migrate_core.pg.queries import query
from migrate_core.verify import sample

Connection = psycopg.Connection[Any]


def in_target(conn: Connection) -> tuple[str, ...]:
    """Quoted names."""
    return tuple(name for (name,) in conn.execute(query(__package__, "filled"), prepare=False))


def fill(conn: Connection, names: Sequence[str]) -> tuple[str, ...]:
    """By what was copied; what could not be filled, and why, is returned.

    One that reads another is filled after it: whatever fails is tried again until nothing more
    succeeds.
    """
    left, refused = list(names), dict[str, psycopg.Error]()
    while left:
        refused = {name: error for name in left if (error := _refresh(conn, name))}
        if len(refused) == len(left):
            break
        left = list(refused)
    return tuple(f"{name} is not filled: {sample.why(error)}" for name, error in refused.items())


def _refresh(conn: Connection, name: str) -> psycopg.Error | None:
    try:
        conn.execute(f"REFRESH MATERIALIZED VIEW {name}".encode(), prepare=False)
    except psycopg.Error as error:
        if conn.broken:
            raise
        return error
    return None
