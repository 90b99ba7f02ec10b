"""Who works on a plan, a rehearsal or a check: whoever holds its lock in the studio's database.

The lock goes with the connection of a worker that dies, so what it left is queued again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from studio.models import Plan, RecordCheck, Verification
from studio.models.changes import Work

Working = Plan | Verification | RecordCheck
CLASSES: dict[type[Working], int] = {Plan: 0x7A70, Verification: 0x7A76, RecordCheck: 0x7A72}


@contextmanager
def taken(kind: type[Working], pk: int) -> Iterator[bool]:
    """Whether it is ours to do: it is queued, and nobody else has it."""
    if not _try_lock(kind, pk):
        yield False
        return
    try:
        ours = kind._default_manager.filter(pk=pk, work=Work.QUEUED).update(work=Work.RUNNING)
        yield bool(ours)
    finally:
        _unlock(kind, pk)


def requeue_abandoned() -> int:
    """What is said to be running and is nobody's."""
    found = 0
    for kind in CLASSES:
        for pk in kind._default_manager.filter(work=Work.RUNNING).values_list("pk", flat=True):
            if _try_lock(kind, pk):
                again = kind._default_manager.filter(pk=pk, work=Work.RUNNING)
                found += again.update(work=Work.QUEUED, sent_at=None)
                _unlock(kind, pk)
    return found


def _try_lock(kind: type[Working], pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLASSES[kind], pk])
        return bool(cursor.fetchone()[0])


def _unlock(kind: type[Working], pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLASSES[kind], pk])
