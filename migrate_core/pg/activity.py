"""Who holds the locks we want, and who waits for ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.rows import class_row

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query

# Source: PostgreSQL documentation, Table 13.2 "Conflicting Lock Modes", weakest mode first.
_CONFLICTS = (
    ".......X",
    "......XX",
    "....XXXX",
    "...XXXXX",
    "..XX.XXX",
    "..XXXXXX",
    ".XXXXXXX",
    "XXXXXXXX",
)


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


class Waiter(Struct, frozen=True, kw_only=True):
    """A session that waits behind another's lock, or behind its place in the queue."""

    pid: int
    application_name: str = ""
    user: str = ""
    query: str = ""
    waiting_seconds: float = 0.0


def conflicting(mode: LockMode) -> tuple[LockMode, ...]:
    """The modes that nobody else may hold while one is granted `mode`."""
    modes = tuple(LockMode)
    row = _CONFLICTS[modes.index(mode)]
    return tuple(other for other, mark in zip(modes, row, strict=True) if mark == "X")


def blockers(
    conn: psycopg.Connection[Any], relation: QualifiedName, mode: LockMode
) -> tuple[Holder, ...]:
    """Who else holds a lock on `relation` that conflicts with `mode`; longest transaction first."""
    wanted = {
        "schema": relation.schema,
        "name": relation.name,
        "modes": [_catalog_name(other) for other in conflicting(mode)],
    }
    with conn.cursor(row_factory=class_row(Holder)) as cursor:
        found = cursor.execute(query(__package__, "blockers"), wanted, prepare=False).fetchall()
    named = {_catalog_name(other): other.value for other in LockMode}
    return tuple(Holder(**{**_fields(h), "mode": named[h.mode]}) for h in found)


def queue_behind(conn: psycopg.Connection[Any], pid: int) -> tuple[Waiter, ...]:
    """Who waits for backend `pid`, holding or queueing, to get out of the way; longest first."""
    with conn.cursor(row_factory=class_row(Waiter)) as cursor:
        queue = query(__package__, "queue")
        return tuple(cursor.execute(queue, {"pid": pid}, prepare=False).fetchall())


def _catalog_name(mode: LockMode) -> str:
    """As pg_locks spells it: AccessShareLock."""
    return mode.value.title().replace(" ", "") + "Lock"


def _fields(holder: Holder) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in holder.__struct_fields__}
