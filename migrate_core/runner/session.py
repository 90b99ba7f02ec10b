"""Session W: the one that holds the advisory lock and runs the DDL."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection

from migrate_core.errors import ConnectionFailedError, RunInterruptedError
from migrate_core.ledger import advisory
from migrate_core.pg.connect import SETTINGS, configure
from migrate_core.pg.connect import Session as Kind
from migrate_core.recovery.checksums import fix_settings
from migrate_core.runner.options import RunOptions

PATIENCE_SECONDS = 0.25

Connect = Callable[[], Connection[Any]]  # pg.connect.apply_session, which refuses a pooler


class Session:
    """Opened, lost and opened again; the lock is taken before anything else is done."""

    def __init__(self, connect: Connect, options: RunOptions) -> None:
        self._connect, self.options = connect, options
        self._conn: Connection[Any] | None = None
        self._key = 0

    @property
    def conn(self) -> Connection[Any]:
        assert self._conn is not None  # open() comes first
        return self._conn

    @property
    def is_lost(self) -> bool:
        return self._conn is None or self._conn.closed or self._conn.broken

    def connect_aside(self) -> Connection[Any]:
        """A second session, without the lock."""
        return self._connect()

    def open(self, *, lock_seconds: float) -> None:
        """Raises RunInProgressError when another session keeps the lock that long."""
        self._conn = self._connect()
        fix_settings(self._conn, for_transaction=False)
        self._key = advisory.take(self._conn, seconds=lock_seconds, sleep=self.sleep)

    def reopen(self) -> None:
        """After a lost connection: the server may be away, our old backend still there.

        Raises:
            RunInterruptedError: no session within `takeover_seconds`.
        """
        self.close()
        give_up = time.monotonic() + self.options.takeover_seconds
        while True:
            try:
                self.open(lock_seconds=self.options.takeover_seconds)
            except (psycopg.OperationalError, ConnectionFailedError) as error:
                self.close()
                if time.monotonic() > give_up:
                    raise _away(error) from error
                time.sleep(PATIENCE_SECONDS)
            else:
                return

    def sleep(self, seconds: float) -> None:
        """Sleeps, and says every heartbeat that we are there."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, self.options.heartbeat_seconds))
            self.conn.execute("SELECT 1")

    def check_lock(self) -> None:
        """Raises RunInterruptedError if a statement of the plan gave our lock away."""
        if not advisory.is_ours(self.conn, self._key):
            raise RunInterruptedError(
                "the advisory lock is no longer ours",
                detail="A statement of the plan released it.",
                still_true="No further statement was run.",
                hint="Remove pg_advisory_unlock_all() or DISCARD ALL from the raw SQL.",
            )

    def settle(self) -> None:
        """Our own settings again, whatever the statements of a step set for the session."""
        self.conn.execute("RESET ROLE")
        self.conn.execute("RESET ALL")
        configure(self.conn, SETTINGS[Kind.APPLY])

    def name(self, application_name: str) -> None:
        self.conn.execute("SELECT set_config('application_name', %s, false)", [application_name])

    def close(self) -> None:
        """Gives the lock back first: a closed socket's backend takes a moment to go."""
        if self._conn is None:
            return
        with suppress(psycopg.Error):
            if not self.is_lost:
                advisory.unlock(self._conn, self._key)
        self._conn.close()
        self._conn = None


def _away(error: Exception) -> RunInterruptedError:
    return RunInterruptedError(
        "the connection was lost and did not come back",
        detail=str(error).strip(),
        still_true="The ledger in the database says which steps are done.",
        hint="Resume the run when the server answers again.",
    )
