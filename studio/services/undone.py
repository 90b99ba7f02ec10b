"""When an undoing has ended: what it undid is over, and says by which run."""

from __future__ import annotations

from migrate_core import states
from migrate_core.states import ChangeState, RunState
from studio.models import Change, Run
from studio.services import changes
from studio.services.announcements import announce
from studio.services.refusals import BusyError

UNDOABLE = (ChangeState.APPLIED, ChangeState.FAILED)


def end(run: Run, state: RunState) -> None:
    """Inside the transaction that ends the run. Its ledger has said the same already."""
    if run.undoes is None or state is not RunState.DONE:
        return
    change = changes.locked(run.undoes)
    for stopped in change.runs.all():
        if states.may_become(stopped.status, RunState.CLOSED):
            stopped.state, stopped.closed_reason = RunState.CLOSED, f"undone by run {run.number}"
            stopped.save(update_fields=["state", "closed_reason"])
            announce(stopped.pk)
    if change.status in UNDOABLE:
        changes.move(change, ChangeState.REVERTED)


def begun(change: Change) -> Run | None:
    """An undoing that has begun and is not over: it is resumed, and no other is planned."""
    over = (RunState.DONE, RunState.CLOSED)
    return change.undoings.exclude(state__in=over).order_by("-number").first()


def refuse_resume(run: Run) -> None:
    """Going on where steps are being taken back would do neither."""
    other = begun(run.change) if run.change else None
    if other:
        raise BusyError(
            f"run {other.number} has begun to undo it",
            detail=f"It is {other.state}.",
            hint="Resume that run, or close it.",
            still_true="Nothing was started.",
        )
