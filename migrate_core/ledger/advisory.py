"""The advisory lock: one apply per database, held by the very session that runs the DDL.

Always by trying, never by waiting: a session that waits for it makes the innocent holder
die of a deadlock during CREATE INDEX CONCURRENTLY.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from migrate_core.errors import RunInProgressError
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value

KEY = query(__package__, "advisory_key")
HOLDER = query(__package__, "holder")
LONGEST_SLEEP_SECONDS = 0.5


class Holder(Value, frozen=True, kw_only=True):
    """Who holds the lock; all but the pid is None for a session we may not look into."""

    pid: int
    application_name: str | None = None
    user_name: str | None = None
    backend_start: datetime | None = None
    state: str | None = None
    query: str | None = None

    @property
    def run(self) -> str | None:
        """The run it works on, by its application_name `zanith/<run>/<step>`."""
        words = (self.application_name or "").split("/")
        return words[1] if words[0] == "zanith" and len(words) > 1 else None


def key(conn: Connection[Any]) -> int:
    found = conn.execute(KEY).fetchone()
    assert found is not None  # every session is in a database
    return int(found[0])


def try_lock(conn: Connection[Any], number: int) -> bool:
    found = conn.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()
    return bool(found and found[0])


def unlock(conn: Connection[Any], number: int) -> None:
    conn.execute("SELECT pg_advisory_unlock(%s)", [number])


def is_ours(conn: Connection[Any], number: int) -> bool:
    found = holder(conn, number)
    return found is not None and found.pid == conn.info.backend_pid


def holder(conn: Connection[Any], number: int | None = None) -> Holder | None:
    """Who works on this database right now, or None."""
    with conn.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(HOLDER, {"key": key(conn) if number is None else number}).fetchone()


def take(conn: Connection[Any], *, seconds: float, sleep: Callable[[float], None]) -> int:
    """The lock's number, once it is ours.

    Raises:
        RunInProgressError: another session held it all that time.
    """
    number, waited = key(conn), 0.0
    while not try_lock(conn, number):
        if waited >= seconds:
            raise _taken(holder(conn, number))
        pause = random.uniform(0.01, LONGEST_SLEEP_SECONDS)
        sleep(pause)
        waited += pause
    return number


def _taken(by: Holder | None) -> RunInProgressError:
    if by is None:
        detail = "It was given back while we looked."
    else:
        since = f" since {by.backend_start:%Y-%m-%d %H:%M:%S} UTC" if by.backend_start else ""
        whose = f", run {by.run}" if by.run else ""
        doing = f" Its last statement: {by.query}" if by.query else ""
        detail = f"Backend {by.pid}{whose}, connected{since}, holds the advisory lock.{doing}"
    return RunInProgressError(
        "another run is in progress on this database",
        detail=detail,
        still_true="Nothing was changed.",
        hint="Wait for it to finish, then try again.",
    )
