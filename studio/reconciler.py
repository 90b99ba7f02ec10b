"""Every second: send again what nobody took, and find out about runs that went silent.

A process of its own. Whether a run is lost is decided by who holds the target's advisory
lock, never by a clock alone: a killed worker's statement may go on in the server.
"""

from __future__ import annotations

import logging
from contextlib import closing
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from migrate_core.errors import MigrateError
from migrate_core.ledger import advisory
from migrate_core.ledger.advisory import Holder
from migrate_core.pg.connect import plan_session
from migrate_core.states import RunState
from studio.models import Run
from studio.services import aftermath, leases, mirror, takeovers, targets, wakeups, workings
from studio.services.announcements import announce

log = logging.getLogger(__name__)
LOCK = 0x7A7263
PERIOD_SECONDS = 1.0


def take_office() -> bool:
    """One reconciler at a time, for as long as this connection lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def look_once() -> None:
    """One round; each run on its own, so that one unreachable target hides no other."""
    workings.requeue_abandoned()
    wakeups.resend_waiting()
    for run in silent_runs():
        try:
            judge(run)
        except (MigrateError, psycopg.Error) as error:
            log.warning("run %s: %s", run.pk, error)


def silent_runs() -> list[Run]:
    late = timezone.now() - leases.SILENT_AFTER
    return list(
        Run.objects.filter(
            Q(heartbeat_at__lt=late) | Q(heartbeat_at=None), state=RunState.RUNNING
        ).select_related("target__environment", "change", "plan")
    )


def judge(run: Run) -> None:
    """Lost where no backend holds the target's lock for it; else who does, on the page.

    Raises:
        ConnectionFailedError: nothing can be said; the page goes on saying `silent`.
    """
    mirror.catch_up(run)
    with closing(plan_session(targets.endpoint(run.target), targets.APPLICATION)) as conn:
        holder = advisory.holder(conn)
    if holder is None or _is_of_another_run(holder, run):
        aftermath.keep_artifacts(run)
        takeovers.lose(run)
    elif run.orphan_pid != holder.pid:
        Run.objects.filter(pk=run.pk, lease=run.lease).update(orphan_pid=holder.pid)
        announce(run.pk)


def _is_of_another_run(holder: Holder, run: Run) -> bool:
    """A session that has just taken the lock does not bear a run's name yet."""
    try:
        return UUID(holder.run or "") != run.pk
    except ValueError:
        return False
