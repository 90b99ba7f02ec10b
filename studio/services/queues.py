"""Whose turn it is on a target: one run works there, the others wait in order."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from migrate_core.states import RunState
from studio.models import Run, Target


def due() -> QuerySet[Run]:
    """Queued, and not put off to a time that is still to come; who came first is first."""
    now = timezone.now()
    waiting = Run.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=RunState.QUEUED)
    return waiting.order_by(Coalesce("not_before", "queued_at"), "number")


def runnable() -> list[Run]:
    """Those that a worker may take now: the first of each target where none is running."""
    busy = Run.objects.filter(state=RunState.RUNNING).values("target")
    first: dict[int, Run] = {}
    for run in due().exclude(target__in=busy):
        first.setdefault(run.target_id, run)
    return list(first.values())


def is_next(run: Run) -> bool:
    """Asked under the lock of the target's row, so that it stays so until it is taken."""
    if Run.objects.filter(target=run.target_id, state=RunState.RUNNING).exists():
        return False
    first = due().filter(target=run.target_id).first()
    return first is not None and first.pk == run.pk


def is_busy(target: Target) -> bool:
    """Whether anything works on it, or waits to."""
    return target.runs.filter(state__in=(RunState.QUEUED, RunState.RUNNING)).exists()


def ahead(run: Run) -> list[Run]:
    """What comes before it on its target, nearest to its end first."""
    if run.status is not RunState.QUEUED:
        return []
    working = list(Run.objects.filter(target=run.target_id, state=RunState.RUNNING))
    for other in due().filter(target=run.target_id):
        if other.pk == run.pk:
            break
        working.append(other)
    return working
