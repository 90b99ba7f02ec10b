"""The mirror: what a target's ledger said, copied so that no page has to ask the target."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event
from migrate_core.ledger.seals import SEALS
from migrate_core.pg.connect import plan_session
from studio.models import Run, RunEvent
from studio.services import record as written
from studio.services import targets
from studio.services.announcements import announce


def record(run: Run, events: Iterable[Event]) -> int:
    """Copies events and announces them in one transaction; one seen before does no harm."""
    heard = tuple(events)
    rows = [_row(run, event) for event in heard]
    if not rows:
        return 0
    with transaction.atomic():
        RunEvent.objects.bulk_create(rows, ignore_conflicts=True)
        last = max(row.seq for row in rows)
        Run.objects.filter(pk=run.pk).update(last_seq=Greatest(F("last_seq"), last))
        written.saw(run.target_id, heard)
        announce(run.pk)
    return len(rows)


def catch_up(run: Run) -> int:
    """What the worker did not mirror, because it or our database was gone.

    Raises:
        ConnectionFailedError: the target cannot be reached.
    """
    seen = run.events.order_by("-seq").values_list("seq", flat=True).first() or 0
    with plan_session(targets.endpoint(run.target), "zanith/studio") as conn:
        if not ledger.exists(conn):
            return 0
        return record(run, ledger.events_after(conn, seen, run_id=run.pk))


def _row(run: Run, event: Event) -> RunEvent:
    return RunEvent(
        run=run,
        seq=event.seq,
        at=event.at,
        migration_id=event.migration_id or "",
        step=event.step,
        attempt=event.attempt,
        stage=event.stage,
        kind=event.kind,
        detail={name: value for name, value in event.detail.items() if name != SEALS},
        actor=event.actor,
    )
