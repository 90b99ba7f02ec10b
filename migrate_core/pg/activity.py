"""Who holds the locks we want, and how many queue behind us while we wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.rows import dict_row

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query


class Holder(Struct, frozen=True, kw_only=True):
    """A session that has a lock in our way; `pid` is None for a prepared transaction.

    What the server does not show to our role is None or empty.
    """

    pid: int | None
    mode: str  # "ACCESS SHARE"
    application_name: str = ""
    user: str = ""
    kind: str = ""  # "client backend", "autovacuum worker"; "prepared transaction"
    state: str = ""  # "active", "idle in transaction"
    query: str = ""
    backend_start: datetime | None = None
    xact_seconds: float | None = None


def blockers(
    conn: psycopg.Connection[Any], relation: QualifiedName, mode: LockMode
) -> tuple[Holder, ...]:
    """Who else holds a lock on `relation` that conflicts with `mode`; longest transaction first."""
    found = holders(conn, [relation])[relation]
    return tuple(holder for holder in found if holder.mode in mode.conflicts)


def holders(
    conn: psycopg.Connection[Any], relations: Sequence[QualifiedName]
) -> dict[QualifiedName, tuple[Holder, ...]]:
    """Who else holds any lock on each of them; longest transaction first."""
    wanted = {"schemas": [r.schema for r in relations], "names": [r.name for r in relations]}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(__package__, "holders"), wanted, prepare=False).fetchall()
    found: dict[QualifiedName, tuple[Holder, ...]] = dict.fromkeys(relations, ())
    for row in rows:
        relation = relations[row.pop("place") - 1]
        found[relation] += (Holder(**{**row, "mode": _NAMED[row["mode"]]}),)
    return found


def queue_behind(conn: psycopg.Connection[Any], pid: int) -> int:
    """How many sessions wait behind backend `pid` while it waits for a table lock itself.

    0 while it only holds one: for how long it does is declared, and ends by itself.
    """
    row = conn.execute(query(__package__, "queue"), {"pid": pid}, prepare=False).fetchone()
    return int(row[0]) if row else 0


def _catalog_name(mode: LockMode) -> str:
    """As pg_locks spells it: AccessShareLock."""
    return mode.value.title().replace(" ", "") + "Lock"


_NAMED = {_catalog_name(mode): mode.value for mode in LockMode}
