"""Celery tasks: an id comes in, a service does the work. Each is safe to deliver twice."""

from __future__ import annotations

import logging
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import shared_task, signals
from django.db import Error, connection
from django.utils import timezone

from studio.models import WorkerBeat
from studio.services import leases, planning, record, runs, verifications

log = logging.getLogger(__name__)


@shared_task(name="studio.apply_run")  # no time limit: DDL takes what it takes, under its timeouts
def apply_run(run_id: str) -> None:
    """Drives one run to done, failed or paused; a second delivery finds it taken."""
    runs.apply(run_id)


@shared_task(name="studio.plan_change")
def plan_change(plan_id: str) -> None:
    planning.make(int(plan_id))


@shared_task(name="studio.verify_plan")
def verify_plan(verification_id: str) -> None:
    verifications.rehearse(int(verification_id))


@shared_task(name="studio.check_record")
def check_record(check_id: str) -> None:
    record.make(int(check_id))


@signals.heartbeat_sent.connect
def note_worker(sender: Any, **_: Any) -> None:
    """Every two seconds or so, by the worker's main process, whatever its children do."""
    worker = sender.eventer.hostname
    queues = ",".join(sorted(sender.eventer.app.amqp.queues.consume_from))
    try:
        WorkerBeat.objects.update_or_create(
            name=worker, defaults={"at": timezone.now(), "queues": queues}
        )
    except Error as error:  # shown as a silent worker, which is what it then is
        log.warning("sign of life: %s", error)
        connection.close()


@signals.task_failure.connect
def note_death(sender: Any, exception: BaseException, args: Any = (), **_: Any) -> None:
    """Said by the worker's main process when one of its children was killed."""
    if isinstance(exception, WorkerLostError) and sender.name == apply_run.name and args:
        try:
            leases.doubt(str(args[0]))
        except Error as error:  # then its silence tells
            log.warning("death of a worker process: %s", error)
            connection.close()


@signals.worker_shutdown.connect
def forget_worker(sender: Any, **_: Any) -> None:
    WorkerBeat.objects.filter(name=sender.hostname).delete()
