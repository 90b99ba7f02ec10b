"""About a step at which a run stopped: left out, or taken as done. The ledger has the last word."""

from __future__ import annotations

from typing import Any

from migrate_core import api
from studio.models import Run
from studio.permissions import Action
from studio.services import audit, changes, mirror, runs, targets
from studio.services.announcements import announce
from studio.services.refusals import StaleError


def choices(run: Run) -> api.Choices | None:
    """Asks the target. None where there is nothing to decide, or nothing was begun."""
    if run.status not in runs.RESUMABLE or not run.events.exists():
        return None
    return api.choices(targets.endpoint(run.target), run.pk, schemas=run.target.wanted_schemas)


def skip(run: Run, user: Any, step: int, *, reason: str) -> None:
    _decide(run, user, "skip step", api.skip_step, step, reason)


def mark_done(run: Run, user: Any, step: int, *, reason: str) -> None:
    _decide(run, user, "mark step as done", api.mark_step_done, step, reason)


def _decide(run: Run, user: Any, name: str, act: Any, step: int, reason: str) -> None:
    """
    Raises:
        StaleError, ConflictError, RunInProgressError: nothing was changed.
    """
    with audit.attempt(user, name, run, reason=f"step {step}: {reason}"):
        changes.require(user, Action.APPLY, run)
        if Run.objects.get(pk=run.pk).status not in runs.RESUMABLE:
            raise StaleError(f"run {run.number} is {run.state}", hint="Reload the page.")
        act(
            targets.endpoint(run.target),
            run.pk,
            step,
            actor=user.get_username(),
            reason=reason,
            schemas=run.target.wanted_schemas,
            mac_key=targets.evidence_key(),
        )
    mirror.catch_up(run)
    # What stopped the run is told at its step; where a resume begins is another place now.
    Run.objects.filter(pk=run.pk).update(error=None)
    announce(run.pk)
