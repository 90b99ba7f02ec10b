"""What goes on in the target around a run, seen by its worker every second.

Kept with the run for as long as it is so, and never written to the ledger: it is no part
of the record, and nothing is decided by it.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

import psycopg
from django.db import Error, connection
from django.utils import timezone
from psycopg import Connection

from migrate_core.errors import MigrateError
from migrate_core.ledger import advisory
from migrate_core.ledger.rows import Event
from migrate_core.pg import activity, codec, sessions
from migrate_core.pg.connect import plan_session
from migrate_core.planning.plan import Plan
from studio.models import Run
from studio.services import targets
from studio.services.announcements import announce

log = logging.getLogger(__name__)
SECONDS = 1.0


class Lookout(threading.Thread):
    """Looks on connections of its own, until the run is over."""

    def __init__(self, run: Run, plan: Plan) -> None:
        super().__init__(name=f"lookout-{run.pk}", daemon=True)
        self.run_row, self.plan = run, plan
        self._over = threading.Event()
        self._last: Event | None = None
        self._told: Any = None

    def __enter__(self) -> Lookout:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def heard(self, event: Event) -> None:
        """Where the run is, and whether it waits."""
        self._last = event

    def run(self) -> None:
        conn: Connection[Any] | None = None
        try:
            while not self._over.wait(SECONDS):
                try:
                    conn = conn or plan_session(
                        targets.endpoint(self.run_row.target), "zanith/look"
                    )
                    self._tell(self._look(conn))
                except (psycopg.Error, MigrateError) as error:
                    _close(conn)
                    conn = None  # the run itself meets it, and says so
                    log.info("looking on at run %s: %s", self.run_row.pk, type(error).__name__)
                    self._tell(None)
        finally:
            _close(conn)
            connection.close()

    def _look(self, conn: Connection[Any]) -> dict[str, Any] | None:
        holder = advisory.holder(conn)
        if holder is None or holder.run != str(self.run_row.pk):
            return None
        doing = sessions.doing(conn, holder.pid)
        chain = sessions.chain(conn, holder.pid)
        around = sessions.parties(conn, chain, self._holders(conn))
        return {
            "doing": codec.to_builtins(doing) if doing else None,
            "parties": [codec.to_builtins(party) for party in around],
        }

    def _holders(self, conn: Connection[Any]) -> dict[int, tuple[str, str]]:
        """Between two short tries nobody is seen to block us, so who holds a conflicting lock."""
        last = self._last
        if last is None or last.kind != "lock_waiting":
            return {}
        step = next(s for s in self.plan.steps if s.number == last.step)
        stage = step.stages[(last.stage or 1) - 1]
        wanted = dict.fromkeys(lock for s in stage.statements for lock in s.locks())
        return {
            holder.pid: (str(relation), holder.mode)
            for relation, mode in wanted
            for holder in activity.blockers(conn, relation, mode)
            if holder.pid is not None
        }

    def _tell(self, seen: dict[str, Any] | None) -> None:
        if seen == self._told:
            return
        try:
            ours = Run.objects.filter(pk=self.run_row.pk, lease=self.run_row.lease)
            if ours.update(live=seen, live_at=timezone.now()):
                announce(self.run_row.pk)
            self._told = seen
        except Error as error:
            log.info("looking on at run %s: %s", self.run_row.pk, error)
            connection.close()


def _close(conn: Connection[Any] | None) -> None:
    if conn:
        conn.close()
