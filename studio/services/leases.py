"""Leases: who works on a run. A worker proves that it lives; nobody else writes meanwhile."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from datetime import timedelta
from uuid import UUID

from django.db import Error, connection, transaction
from django.utils import timezone

from migrate_core.ledger.wishes import FULL_PACE, Wish
from migrate_core.states import RunState
from studio.models import Run, Target
from studio.services import queues
from studio.services.announcements import announce

log = logging.getLogger(__name__)

WISHES: dict[str, Wish] = {
    "pause": "pause",
    "stop_after_step": "stop_after_step",
    "cancel": "cancel",
}
HEARTBEAT_SECONDS = 1.0
SILENT_AFTER = timedelta(seconds=4)  # four heartbeats


def take(run_id: str) -> Run | None:
    """The run, if its turn has come and it is now ours; None for a message that came twice."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run_id, state=RunState.QUEUED).first()
        if waiting is None:
            return None
        Target.objects.select_for_update(no_key=True).get(pk=waiting.target_id)
        if not queues.is_next(waiting):
            return None  # it is sent for when its turn comes
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING,
            lease=uuid.uuid4(),
            worker=worker_name(),
            heartbeat_at=now,
            orphan_pid=None,
            held_by="",
            live=None,
            started_at=now,
            finished_at=None,
            error=None,
        )
        if not taken:
            return None
        run = Run.objects.select_related(
            "target__environment__project",
            "target__environment__policy_version",
            "plan",
            "change",
            "actor",
        ).get(pk=run_id)
        announce(run.pk)
    return run


def doubt(run_id: str) -> None:
    """Its worker process was seen to die: the reconciler need not wait until it has been silent."""
    Run.objects.filter(pk=run_id, state=RunState.RUNNING).update(heartbeat_at=None)
    announce(UUID(run_id))


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


class Heartbeat(threading.Thread):
    """Renews a lease on a database connection of its own, until it is stopped."""

    def __init__(self, run: Run) -> None:
        super().__init__(name=f"heartbeat-{run.pk}", daemon=True)
        self.run_id, self.lease = run.pk, run.lease
        self._over = threading.Event()

    def __enter__(self) -> Heartbeat:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        try:
            while not self._over.wait(HEARTBEAT_SECONDS):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        """A worker that was only held up takes back a run that was thought lost."""
        ours = Run.objects.filter(pk=self.run_id, lease=self.lease)
        try:
            ours.filter(state=RunState.LOST).update(state=RunState.RUNNING)
            ours.update(heartbeat_at=timezone.now(), orphan_pid=None)
        except Error as error:  # the studio's database may be away; the run goes on
            log.warning("heartbeat of run %s: %s", self.run_id, error)
            connection.close()


class Wishes:
    """What people asked of a run that is going on; the runner looks between its steps."""

    def __init__(self, run: Run) -> None:
        self.run_id, self.lease, self.thread = run.pk, run.lease, threading.current_thread()

    def wanted(self) -> Wish | None:
        """Asked by the run and by the watch on its thread, which keeps no connection.

        Whose lease is gone was held up so long that the run was given to somebody else.
        """
        row = self._row()
        if row is None:
            return None
        return WISHES.get(row.wanted) if row.lease == self.lease else "cancel"

    def pace(self) -> int:
        row = self._row()
        return row.pace if row else FULL_PACE

    def _row(self) -> Run | None:
        """None where our database is away: the run goes on as it was."""
        try:
            return Run.objects.only("wanted", "lease", "pace").get(pk=self.run_id)
        except Error as error:
            log.warning("wishes for run %s: %s", self.run_id, error)
            connection.close()
            return None
        finally:
            if threading.current_thread() is not self.thread:
                connection.close()
