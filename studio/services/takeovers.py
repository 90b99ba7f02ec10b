"""A run whose worker is gone is taken up again by the next one: no person is needed for that.

A few times only where nothing comes of it: a step that kills its worker each time would
otherwise do so for ever. Then it stays lost, and a person decides.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from migrate_core.states import ChangeState, RunState
from studio.models import Run
from studio.services import changes, wakeups
from studio.services.announcements import announce

MOST_LOSSES = 3  # in a row, without progress in between
PROGRESS = ("stage_done", "batch_done", "step_done")


def lose(run: Run, *, again: bool = True) -> None:
    """Nobody works on it any more: seen in the target, by the reconciler."""
    with transaction.atomic():
        row = Run.objects.select_for_update().filter(pk=run.pk, lease=run.lease).first()
        if row is None or row.status is not RunState.RUNNING:
            return
        _count(row)
        row.lost_at, row.lost_worker = timezone.now(), row.worker
        row.orphan_pid, row.live, row.finished_at = None, None, timezone.now()
        if row.wanted:
            _grant(row)
        elif row.losses > MOST_LOSSES or not again:
            row.move(RunState.LOST)
        else:
            _queue_again(row)
        row.save()
        _tell_change(row)
        announce(row.pk)
        wakeups.wake_next(row.target_id)


def put_back(run: Run, why: str, *, is_loss: bool = False, until: datetime | None = None) -> bool:
    """What is in the way passes by itself: the run waits for it in the queue.

    `until` a window opens, where that is what it waits for.

    False where it was lost too often at one place: then it is for a person to decide.
    """
    with transaction.atomic():
        row = Run.objects.select_for_update().filter(pk=run.pk, lease=run.lease).first()
        if row is None or row.status is not RunState.RUNNING:
            return True  # it is somebody else's by now
        if is_loss:
            _count(row)
        if row.losses > MOST_LOSSES:
            return False
        if row.wanted:
            _grant(row)
        else:
            row.move(RunState.QUEUED)
            row.held_by, row.lease, row.sent_at = why[:300], None, timezone.now()
            if until:
                row.not_before, row.window, row.held_by = until, Run.Window.MISSED, ""
                row.started_at = None
        row.live = None
        row.save()
        _tell_change(row)
        announce(row.pk)
    return True


def _count(row: Run) -> None:
    progress = row.events.filter(kind__in=PROGRESS).count()
    row.losses = 1 if progress > row.progress_at_loss else row.losses + 1
    row.progress_at_loss = progress


def _queue_again(row: Run) -> None:
    """Without a lease: the old worker, should it still be there, may write no more."""
    row.move(RunState.LOST)
    row.move(RunState.QUEUED)
    row.lease, row.heartbeat_at, row.sent_at, row.finished_at = None, None, None, None


def _grant(row: Run) -> None:
    """It stopped before it heard that a person wanted it to: they have what they asked for."""
    cancelled = row.wanted == Run.Wanted.CANCEL
    row.move(RunState.CANCELLED if cancelled else RunState.PAUSED)
    row.wanted, row.lease, row.finished_at = "", None, timezone.now()


def _tell_change(row: Run) -> None:
    if row.change is None or row.status is RunState.QUEUED:
        return
    change = changes.locked(row.change)
    if change.status is ChangeState.RUNNING:
        changes.move(change, ChangeState.FAILED)
