"""Reading what goes on around a plan: the server as a whole, and one relation.

Only catalogs and statistics are read: no relation is locked, and none is waited for.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from migrate_core.introspection.limits import limited
from migrate_core.pg import activity
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.risk.surroundings import Activity, InTheWay, Surroundings
from migrate_core.schema.objects import Value

TIMEOUT_MS = 2_000
Found = TypeVar("Found", bound=Value)


def read_surroundings(conn: psycopg.Connection[Any]) -> Surroundings | None:
    """None where they cannot be read in time."""
    found = _row(conn, "surroundings", {})
    return None if found is None else _as(Surroundings, found)


def read_activity(conn: psycopg.Connection[Any], relation: QualifiedName) -> Activity | None:
    """None for what does not exist, or cannot be read in time."""
    found = _row(conn, "activity", {"schema": relation.schema, "name": relation.name})
    if found is None:
        return None
    # Whatever is held there is in the way of ACCESS EXCLUSIVE, the strongest.
    holders = read_in_the_way(conn, relation, LockMode.ACCESS_EXCLUSIVE)
    return _as(Activity, {**found, "holders": holders})


def read_in_the_way(
    conn: psycopg.Connection[Any], relation: QualifiedName, mode: LockMode
) -> tuple[InTheWay, ...]:
    """Who holds a lock there that conflicts with `mode`, longest transaction first."""
    return tuple(map(_in_the_way, activity.blockers(conn, relation, mode)))


def _in_the_way(holder: activity.Holder) -> InTheWay:
    return InTheWay(
        pid=holder.pid,
        mode=holder.mode,
        application_name=holder.application_name,
        state=holder.state,
        seconds=holder.xact_seconds,
    )


def _row(
    conn: psycopg.Connection[Any], name: str, parameters: dict[str, str]
) -> dict[str, Any] | None:
    try:
        with limited(conn, TIMEOUT_MS), conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query(__package__, name), parameters, prepare=False).fetchone()
    except psycopg.Error:
        if conn.closed:
            raise
        return None


def _as(kind: type[Found], row: dict[str, Any]) -> Found:
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in row.items()})
