"""The watch over a long statement, on a thread and a connection of its own.

While W waits inside one statement nobody else can write what it waits for, or stop it.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from migrate_core.errors import MigrateError
from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import EventKind
from migrate_core.pg import activity
from migrate_core.pg.ddl import Stage, StageMode
from migrate_core.pg.queries import query
from migrate_core.runner.work import Work


def may_be_long(attempt: Attempt, stage: Stage) -> bool:
    """By what it declares; of raw SQL nobody knows."""
    return stage.is_long or attempt.step.is_script


class Watch:
    """Cancels W's statement when a person asks, or when others queue behind it while it waits;
    says what a concurrent build waits for.

    Does nothing for a short stage: its own timeouts end it first.
    """

    def __init__(self, work: Work, attempt: Attempt, number: int, stage: Stage) -> None:
        self.work, self.attempt, self.number = work, attempt, number
        # It runs without a lock_timeout, so somebody else has to see who waits behind it.
        self.guards = stage.mode is StageMode.CONCURRENT
        self.speaks = stage.mode is StageMode.CONCURRENT  # W then holds no lock on the fence
        self.queue = 0  # sessions that queued behind it when it gave way
        self._over, self._spoke = threading.Event(), 0.0
        self._pid = work.conn.info.backend_pid
        self._last: list[dict[str, Any]] = []
        is_long = may_be_long(attempt, stage) or attempt.step.parks_at(number)
        self._thread = threading.Thread(target=self._watch, daemon=True) if is_long else None

    def __enter__(self) -> Watch:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        conn: Connection[Any] | None = None
        options = self.work.options
        pause = options.lock_timeout_ms / 1000 if self.guards else options.heartbeat_seconds / 4
        while not self._over.wait(pause):
            try:
                conn = conn or self.work.session.connect_aside()
                self._look(conn)
            except (psycopg.Error, MigrateError):
                # The server is away, or takes no row: W itself meets that, and says so.
                if conn:
                    conn.close()
                conn = None
        if conn:
            conn.close()

    def _look(self, conn: Connection[Any]) -> None:
        if self.guards:
            self._guard(conn)
        if time.monotonic() - self._spoke < self.work.options.heartbeat_seconds / 4:
            return
        self._spoke = time.monotonic()
        if self.work.wish(conn) == "cancel":
            conn.execute(query(__package__, "cancel"), {"pid": self._pid})
        found = self._waits_for(conn)
        if self.speaks and found and found != self._last:
            with self.work.journal_on(conn).transaction() as entry:
                entry.event(
                    EventKind.LOCK_WAITING,
                    **self.attempt.place,
                    stage=self.number,
                    blockers=found,
                )
        self._last = found

    def _guard(self, conn: Connection[Any]) -> None:
        """Nobody waits longer for a lock that W waits for than one look takes to come round."""
        queue = activity.queue_behind(conn, self._pid)
        if queue and not self._over.is_set():
            self.queue = queue
            conn.execute(query(__package__, "cancel"), {"pid": self._pid})

    def _waits_for(self, conn: Connection[Any]) -> list[dict[str, Any]]:
        with conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query(__package__, "waits_for"), {"pid": self._pid}).fetchall()
