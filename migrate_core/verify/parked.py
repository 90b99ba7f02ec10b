"""Going down and restoring, rehearsed: what such a plan gives back has to be kept there too.

The shadow starts with an empty ledger, and the runner gives back nothing that no ledger
keeps. The rows themselves are not on the shadow, so there is no checksum to compare: that is
proven in the target, under the lock, before anything is given back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from migrate_core.errors import MigrateError
from migrate_core.ledger import ledger
from migrate_core.operations.base import Release
from migrate_core.pg.queries import query
from migrate_core.planning.plan import Plan

ACTOR = "verify"
NO_ROWS = "the plan gives back what was parked, and the rows that were parked are not copied"


def stand_in(conn: psycopg.Connection[Any], plans: Sequence[Plan]) -> tuple[str, ...]:
    """Artifacts for the parked objects that plans give back and the baseline holds; says which."""
    releases = tuple(_releases(plans))
    if not releases:
        return ()
    ledger.ensure(conn)
    found = (one for one in releases if _add(conn, one))
    return tuple(f"{one.physical_name} is parked in the baseline as in the target" for one in found)


def gives_back(plans: Sequence[Plan]) -> bool:
    return any(True for _ in _releases(plans))


def _releases(plans: Sequence[Plan]) -> Iterator[Release]:
    for plan in plans:
        for step in plan.steps:
            yield from step.operation.releases()


def _add(conn: psycopg.Connection[Any], release: Release) -> bool:
    """False where a plan itself will have parked it by then."""
    wanted = {
        "name": str(release.physical_name),
        "column": release.physical_column,
        "kind": "stand_in",
        "actor": ACTOR,
    }
    try:
        return conn.execute(query(__package__, "stand_in"), wanted, prepare=False).rowcount == 1
    except psycopg.Error as error:
        raise MigrateError(
            "the rehearsal could not be given the artifact of a parked object",
            detail=error.diag.message_primary or "",
            sqlstate=error.sqlstate or "",
        ) from error
