"""Leases: who works on a run. A worker proves that it lives; nobody else writes meanwhile."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from datetime import timedelta

from django.db import Error, connection, transaction
from django.utils import timezone

from migrate_core.ledger.wishes import FULL_PACE, Wish
from migrate_core.states import RunState
from studio.models import Run
from studio.services.announcements import announce

log = logging.getLogger(__name__)

WISHES: dict[str, Wish] = {
    "pause": "pause",
    "stop_after_step": "stop_after_step",
    "cancel": "cancel",
}
HEARTBEAT_SECONDS = 2.0
SILENT_AFTER = timedelta(seconds=6)  # three heartbeats


def take(run_id: str) -> Run | None:
    """The run, if it was queued and is now ours; None for a message that came twice."""
    now = timezone.now()
    with transaction.atomic():
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING,
            lease=uuid.uuid4(),
            worker=worker_name(),
            heartbeat_at=now,
            orphan_pid=None,
            started_at=now,
            finished_at=None,
            error=None,
        )
        if not taken:
            return None
        run = Run.objects.select_related(
            "target__environment__project", "plan", "change", "actor"
        ).get(pk=run_id)
        announce(run.pk)
    return run


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
            ours.filter(state=RunState.LOST).update(state=RunState.RUNNING, orphan_pid=None)
            ours.update(heartbeat_at=timezone.now())
        except Error as error:  # the studio's database may be away; the run goes on
            log.warning("heartbeat of run %s: %s", self.run_id, error)
            connection.close()


class Wishes:
    """What people asked of a run that is going on; the runner looks between its steps."""

    def __init__(self, run: Run) -> None:
        self.run_id, self.thread = run.pk, threading.current_thread()

    def wanted(self) -> Wish | None:
        """Asked by the run and by the watch on its thread, which keeps no connection."""
        try:
            found = Run.objects.filter(pk=self.run_id).values_list("wanted", flat=True).get()
            return WISHES.get(found)
        except Error as error:
            log.warning("wishes for run %s: %s", self.run_id, error)
            connection.close()
            return None
        finally:
            if threading.current_thread() is not self.thread:
                connection.close()

    def pace(self) -> int:
        return FULL_PACE
