"""Messages are wake-ups that carry an id; one that is lost is sent again by the reconciler."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from studio.models import Plan, RecordCheck, Run, Verification
from studio.models.changes import Work
from studio.services import queues

log = logging.getLogger(__name__)

# A message that nobody took for this long is sent again; one that arrives twice does no harm.
RESEND_AFTER = timedelta(seconds=4)
TASKS: dict[type[Model], str] = {
    Run: "studio.apply_run",
    Plan: "studio.plan_change",
    Verification: "studio.verify_plan",
    RecordCheck: "studio.check_record",
}


Waiting = Run | Plan | Verification | RecordCheck


def send_after_commit(thing: Waiting) -> None:
    transaction.on_commit(partial(send, thing), robust=True)


def send(thing: Waiting) -> None:
    """Never fails: what could not be sent stays queued, and the reconciler sees it."""
    thing.sent_at = timezone.now()
    thing.save(update_fields=["sent_at"])
    try:
        current_app.send_task(TASKS[type(thing)], [str(thing.pk)])
    except (OperationalError, OSError) as error:
        log.warning("%s was not sent: %s", thing, error)


def wake_next(target_id: int) -> None:
    """Whoever comes first on this target, now that the one before is out of the way."""
    transaction.on_commit(partial(_wake_next, target_id), robust=True)


def _wake_next(target_id: int) -> None:
    for run in queues.runnable():
        if run.target_id == target_id:
            send(run)


def resend_waiting() -> int:
    """Everything queued that was not taken; returns how many messages went out."""
    since = timezone.now() - RESEND_AFTER
    late = Q(sent_at=None) | Q(sent_at__lt=since)
    waiting: list[Waiting] = [
        *(run for run in queues.runnable() if run.sent_at is None or run.sent_at < since),
        *Plan.objects.filter(late, work=Work.QUEUED),
        *Verification.objects.filter(late, work=Work.QUEUED),
        *RecordCheck.objects.filter(late, work=Work.QUEUED),
    ]
    for thing in waiting:
        send(thing)
    return len(waiting)
