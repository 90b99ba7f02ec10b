"""A stage outside a transaction block: what it left is decided by looking at the catalog.

Never by IF NOT EXISTS, which reports success on an INVALID index.
"""

from __future__ import annotations

from typing import Any

import psycopg

from migrate_core.errors import ConflictError, StepFailedError
from migrate_core.ledger import record
from migrate_core.ledger.record import Attempt
from migrate_core.pg.ddl import Stage, Statement
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.options import LONGEST_LOCK_TIMEOUT_MS
from migrate_core.runner.retry import Tries
from migrate_core.runner.stages import finish_stage
from migrate_core.runner.waits import patiently, wait_or_raise
from migrate_core.runner.watch import Watch
from migrate_core.runner.work import Work

CONFLICT, INVALID = "conflict", "invalid"


def run_concurrently(work: Work, attempt: Attempt, number: int, stage: Stage) -> None:
    """Looks, repairs what an earlier try of ours left, runs, looks again.

    Raises:
        ConflictError: what stands there is not ours.
        psycopg.Error: PostgreSQL refused it.
    """
    ours = attempt.begun >= number
    if stage.observe is None and ours and attempt.cut_off and not work.options.repeat_in_doubt:
        raise _nobody_knows(attempt)
    seen = _observe(work, stage)
    if seen == CONFLICT or (not ours and seen in (stage.wants, INVALID)):
        raise _conflict(attempt, stage, seen)
    if not ours:
        with work.writing() as entry:
            record.stage_begun(entry, attempt, number)
    if seen != stage.wants:
        _run_until_there(work, attempt, number, stage, seen)
    with work.writing() as entry:
        finish_stage(entry, attempt, number)
        faultpoint("before_commit", attempt.step.number)
    faultpoint("after_commit", attempt.step.number)


def _run_until_there(work: Work, attempt: Attempt, number: int, stage: Stage, seen: str) -> None:
    tries = Tries(work.options)
    while seen != stage.wants:
        faultpoint("before_concurrent", attempt.step.number)
        failed, watch = False, Watch(work, attempt, number, stage)
        try:
            with watch, _Timeout(work, "0"):
                if seen == INVALID:
                    _execute(work, stage.repair)
                    seen = _observe(work, stage)
                if seen != stage.wants:  # a DETACH that was cut off is over when it is repaired
                    _execute(work, stage.statements)
        except psycopg.Error as error:
            with Watch(work, attempt, number, stage):
                _clear_away(work, stage)
            wait_or_raise(work, attempt, number, stage, error, tries, queue=watch.queue)
            work.heed()
            failed = True
        faultpoint("after_concurrent", attempt.step.number)
        seen = _observe(work, stage, ran=not failed)
        if seen == CONFLICT:
            raise _conflict(attempt, stage, seen)
        if seen != stage.wants and not failed:
            raise _came_to_nothing(attempt, stage, seen)


def _clear_away(work: Work, stage: Stage) -> None:
    """An INVALID index costs every write, so it does not stay until somebody resumes.

    Under a timeout: what the build waited for, its removal would wait for too.
    """
    if work.session.is_lost or not stage.repair:
        return
    try:
        with _Timeout(work, f"{LONGEST_LOCK_TIMEOUT_MS}ms"):
            if _observe(work, stage) == INVALID:
                _execute(work, stage.repair)
    except psycopg.Error:
        return  # the error that brought us here is the one to tell; a resume repairs again


def _execute(work: Work, statements: tuple[Statement, ...]) -> None:
    for statement in statements:
        work.execute(statement)


class _Timeout:
    """A lock_timeout for a while. With the usual one an unrelated snapshot would cancel every
    concurrent build and leave its index INVALID."""

    def __init__(self, work: Work, lock_timeout: str) -> None:
        self.work, self.lock_timeout = work, lock_timeout

    def __enter__(self) -> None:
        self._set(self.lock_timeout)

    def __exit__(self, *_: Any) -> None:
        if not self.work.session.is_lost:
            self._set(f"{self.work.options.lock_timeout_ms}ms")

    def _set(self, lock_timeout: str) -> None:
        self.work.conn.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])


def _observe(work: Work, stage: Stage, *, ran: bool = False) -> str:
    """Raw SQL has no query to ask: it is over when it has run without an error."""
    if stage.observe is None:
        return stage.wants if ran else "unknown"
    asked = stage.observe.encode()
    row = patiently(work, lambda: work.conn.execute(asked, binary=True).fetchone())
    return str(row[0]) if row else "absent"


def _conflict(attempt: Attempt, stage: Stage, seen: str) -> ConflictError:
    found = {
        "holds": "It is there already, and no earlier try of this run made it.",
        "absent": "It is gone already, and no earlier try of this run dropped it.",
        INVALID: "An INVALID one is there that this run did not make: somebody may be building it.",
    }.get(seen, "Another object stands under that name.")
    return ConflictError(
        f"step {attempt.step.number} ({attempt.step.kind} {attempt.step.label})"
        " finds what it did not make",
        detail=found,
        still_true="Nothing was changed by this step.",
        hint="Find out who made it, then drop it or plan again.",
    )


def _nobody_knows(attempt: Attempt) -> ConflictError:
    return ConflictError(
        f"step {attempt.step.number} ({attempt.step.label}) was cut off outside a transaction",
        detail="Nobody can know whether the statement was done: it left no row and has no query.",
        still_true="It was not run again.",
        hint="Look whether it was done; then allow it to be repeated, or close the run.",
    )


def _came_to_nothing(attempt: Attempt, stage: Stage, seen: str) -> StepFailedError:
    return StepFailedError(
        f"step {attempt.step.number} ({attempt.step.kind}) ran without an error and is not there",
        detail=f"The catalog says {seen} where {stage.wants} was expected.",
        hint="Look at the object by hand, then resume.",
    )
