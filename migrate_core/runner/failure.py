"""A step that PostgreSQL refused: on the record first, then told."""

from __future__ import annotations

from typing import Any

import psycopg

from migrate_core.errors import LockTimeoutError, MigrateError, StepFailedError
from migrate_core.ledger import record
from migrate_core.ledger.record import Attempt
from migrate_core.runner import resume
from migrate_core.runner.retry import CANCELLED
from migrate_core.runner.work import PausedError, Work
from migrate_core.states import RunState

LOCK_NOT_AVAILABLE = "55P03"
_HINTS = {
    LOCK_NOT_AVAILABLE: "Resume when the sessions listed as in the way are gone.",
    CANCELLED: "A metadata change that takes longer than its time limit is none: look at what"
    " it waits for, then resume.",
    "53100": "Free disk space, then resume.",
    "42501": "Grant the missing privilege, then resume.",
    "23505": "Mend the duplicate rows, then resume.",
    "23502": "Fill the empty rows, then resume.",
    "23503": "Mend the orphaned rows, then resume.",
    "23514": "Mend the rows that break the check, then resume.",
}


def record_refusal(work: Work, attempt: Attempt, error: psycopg.Error) -> MigrateError:
    """Writes step and run as failed; gives the error to raise."""
    hint = _HINTS.get(error.sqlstate or "", "Mend the cause, then resume; done steps stay done.")
    diag = error.diag
    failure = {
        "sqlstate": error.sqlstate,
        "message": diag.message_primary or str(error).strip(),
        "detail": diag.message_detail,
        "server_hint": diag.message_hint,
        "hint": hint,
        "constraint": diag.constraint_name,
        "table": diag.table_name,
        "column": diag.column_name,
    }
    _write(work, attempt, failure)
    kind = LockTimeoutError if error.sqlstate == LOCK_NOT_AVAILABLE else StepFailedError
    what = "could not get its lock" if kind is LockTimeoutError else "failed"
    said = [str(failure["message"]), diag.message_detail or "", diag.message_hint or ""]
    return kind(
        f"step {attempt.step.number} ({attempt.step.kind} {attempt.step.label}) {what}",
        detail=" ".join(part for part in said if part),
        hint=hint,
        still_true=resume.still_true(work),
        sqlstate=error.sqlstate or "",
    )


def record_error(work: Work, attempt: Attempt, error: MigrateError) -> MigrateError:
    """The same for what we refused ourselves: a conflict, a tampered archive."""
    failure = {"message": error.message, "detail": error.detail, "hint": error.hint}
    _write(work, attempt, {**failure, "code": error.code, "sqlstate": error.sqlstate or None})
    error.still_true = " ".join(p for p in (error.still_true, resume.still_true(work)) if p)
    return error


def record_stop(work: Work, attempt: Attempt, stop: BaseException) -> None:
    """A person asked for it: paused where nothing was under way, else rolled back."""
    if work.session.is_lost:
        return  # whoever takes the run up writes what became of it
    asked_by, step = work.asked().asker, attempt.step.number
    with work.writing() as entry:
        if isinstance(stop, PausedError):
            record.step_paused(entry, attempt)
            record.run_becomes(entry, work.run_id, RunState.PAUSED, step=step, asked_by=asked_by)
        else:
            failure = {"sqlstate": CANCELLED, "message": "cancelled on request", "hint": "Resume."}
            record.step_failed(entry, attempt, failure)
            record.run_becomes(entry, work.run_id, RunState.CANCELLED, step=step, asked_by=asked_by)


def _write(work: Work, attempt: Attempt, failure: dict[str, Any]) -> None:
    with work.writing() as entry:
        record.step_failed(entry, attempt, failure)
        told = {name: failure.get(name) for name in ("sqlstate", "message", "hint")}
        record.run_becomes(entry, work.run_id, RunState.FAILED, step=attempt.step.number, **told)
