"""Reading what goes on around a plan: the server as a whole, and one relation.

Only catalogs and statistics are read: no relation is locked, and none is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    found = _rows(conn, "surroundings", {})
    return _as(Surroundings, found[0]) if found else None


def read_activities(
    conn: psycopg.Connection[Any],
    relations: Iterable[QualifiedName],
    around: Surroundings | None = None,
) -> dict[QualifiedName, Activity]:
    """Of those that exist; none where they cannot be read in time. `around`: of the server."""
    wanted = list(dict.fromkeys(relations))
    names = {"schemas": [r.schema for r in wanted], "names": [r.name for r in wanted]}
    rows = _rows(conn, "activity", names)
    if not rows:
        return {}
    found = {wanted[row.pop("place") - 1]: row for row in rows}
    held = activity.holders(conn, list(found))
    return {
        relation: _as(
            Activity,
            {
                **row,
                "holders": tuple(map(_in_the_way, held[relation])),
                "replicas": (around.replicas if around else None) or 0,
            },
        )
        for relation, row in found.items()
    }


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


def _rows(
    conn: psycopg.Connection[Any], name: str, parameters: dict[str, list[str]]
) -> list[dict[str, Any]]:
    try:
        with limited(conn, TIMEOUT_MS), conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query(__package__, name), parameters, prepare=False).fetchall()
    except psycopg.Error:
        if conn.closed:
            raise
        return []


def _as(kind: type[Found], row: dict[str, Any]) -> Found:
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in row.items()})
