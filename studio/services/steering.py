"""A backfill that is under way: paused between two batches, or slowed down."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from migrate_core.ledger.wishes import FULL_PACE
from migrate_core.states import RunState
from studio.models import Run
from studio.permissions import Action
from studio.services import audit, changes, runs
from studio.services.announcements import announce
from studio.services.refusals import StaleError


def pause(run: Run, user: Any) -> None:
    """After the batch under way, or the stage where it is no backfill."""
    runs.wish(run, user, Run.Wanted.PAUSE, "pause")


def set_pace(run: Run, user: Any, percent: int) -> None:
    """How much of the time its backfills may work; it counts from the next batch on."""
    with audit.attempt(user, "pace", run, reason=f"{percent} %"):
        changes.require(user, Action.APPLY, run)
        if not 1 <= percent <= FULL_PACE:
            raise StaleError(f"a pace of {percent} % is none", hint="Choose one of the list.")
        with transaction.atomic():
            run = runs.locked(run)
            if run.status in (RunState.DONE, RunState.CLOSED):
                raise StaleError(f"run {run.number} is {run.state}", hint="Reload the page.")
            run.pace = percent
            run.save(update_fields=["pace"])
            announce(run.pk)
