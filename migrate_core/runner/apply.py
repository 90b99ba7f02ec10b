"""Applying a plan: one session, one lock, every step its own row; the same code resumes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import psycopg
from psycopg import Connection

from migrate_core.errors import MigrateError, MisuseError, RunInterruptedError
from migrate_core.ledger import ledger
from migrate_core.ledger.journal import Delivery, Listener
from migrate_core.ledger.ledger import LedgerError, events_after
from migrate_core.planning.plan import Plan
from migrate_core.runner import finish, resume, start
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.options import Control, RunOptions, RunResult
from migrate_core.runner.retry import ENDED_ON_PURPOSE
from migrate_core.runner.session import Connect, Session
from migrate_core.runner.steps import run_step
from migrate_core.runner.work import CancelledError, StoppedError, Work
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import RunState

Check = Callable[[Connection, SchemaGraph], None]


def apply(
    plan: Plan,
    *,
    connect: Connect,
    run_id: UUID,
    actor: str,
    check: Check | None = None,
    listener: Listener | None = None,
    control: Control | None = None,
    schemas: tuple[str, ...] | None = None,
    options: RunOptions | None = None,
) -> RunResult:
    """Runs what is not done yet, and leaves the ledger telling the truth whatever happens.

    A run of this migration that stopped before goes on, under its own id. `check` is called
    under the lock before anything is written, with the schema as it is; on a resume with
    the schema as it was before the first step, once all that changed since is known to be
    the run's own doing. `listener` gets each event after its commit, one at a time, at
    times from another thread.

    Raises:
        RunInProgressError: another session holds the lock; nothing was changed.
        StepFailedError, LockTimeoutError, ConflictError, TamperedError: on the record.
        DriftError: on a resume, something changed that the run did not change.
        RunInterruptedError: the session is gone; the same call resumes.
    """
    settings = options or RunOptions()
    settings.check()
    _refuse_nul(plan)
    work = Work(
        plan=plan,
        session=Session(connect, settings),
        options=settings,
        delivery=Delivery(listener),
        actor=actor,
        run_id=run_id,
        schemas=schemas,
        control=control,
    )
    return _run(work, check)


def _run(work: Work, check: Check | None) -> RunResult:
    try:
        faultpoint("before_lock")
        work.session.open(lock_seconds=work.options.advisory_seconds)
        faultpoint("after_lock")
        over = start.begin(work, check)
        return over or _drive(work)
    except psycopg.Error as error:
        raise _refused(work, error) from error
    finally:
        work.session.close()


def _drive(work: Work) -> RunResult:
    """Step by step; after a lost connection on from what the rows say."""
    while True:
        try:
            return _run_what_is_left(work)
        except StoppedError as stop:
            cancelled = isinstance(stop, CancelledError)
            return finish.stopped(work, RunState.CANCELLED if cancelled else RunState.PAUSED)
        except psycopg.Error as error:
            if not work.session.is_lost:
                raise
            over = _recover(work, error)
            if over:
                return over


def _run_what_is_left(work: Work) -> RunResult:
    for attempt in resume.attempts_left(work):
        wish = work.wish()
        if wish:
            state = RunState.CANCELLED if wish == "cancel" else RunState.PAUSED
            finish.stop(work, state, attempt.step.number)
            return finish.stopped(work, state)
        run_step(work, attempt)
    return finish.complete(work)


def _recover(work: Work, error: psycopg.Error) -> RunResult | None:
    """The connection is gone, and with it perhaps the answer to a COMMIT.

    The lock comes first: once we have it the old backend is gone, and what it committed is
    there to be read. Nothing is run again blindly.
    """
    work.losses += 1
    work.session.reopen()
    if not _is_known(work):
        raise _forgotten() from error
    work.take_over()
    missed = events_after(
        work.conn, work.delivery.last_seq, run_id=work.run_id, schema=work.ledger_schema
    )
    work.delivery.deliver(missed)
    resume.interrupt_dead_attempts(work)
    over = start.result_if_over(work)
    if over is None and (error.sqlstate in ENDED_ON_PURPOSE or _tired(work)):
        raise _interrupted(work, error) from error
    return over


def _is_known(work: Work) -> bool:
    """Whether the server that answers now has the run: a failover may have lost its tail."""
    schema = work.ledger_schema
    return ledger.exists(work.conn, schema) and bool(ledger.run(work.conn, work.run_id, schema))


def _forgotten() -> MigrateError:
    return RunInterruptedError(
        "the server that answers now knows nothing of this run",
        detail="It lost its last transactions: a standby took over that had not heard of them.",
        still_true="Schema and ledger agree there: both are as they were before the run.",
        hint="Look at what your application lost, then make the same call again: it begins anew.",
    )


def _refused(work: Work, error: psycopg.Error) -> MigrateError:
    """Outside any step: before the first one, or while the end was written."""
    lost = work.session.is_lost
    kind = RunInterruptedError if lost else LedgerError
    return kind(
        "the connection was lost" if lost else "the ledger could not be written",
        detail=error.diag.message_primary or str(error).strip(),
        sqlstate=error.sqlstate or "",
        still_true="No step is under way; the ledger says which steps are done.",
        hint="Mend the cause, then make the same call again: it goes on from there.",
    )


def _tired(work: Work) -> bool:
    return work.losses > work.options.reconnects


def _interrupted(work: Work, error: psycopg.Error) -> MigrateError:
    on_purpose = error.sqlstate in ENDED_ON_PURPOSE
    finish.stop(work, RunState.FAILED, None)
    return RunInterruptedError(
        "the session was ended by an administrator"
        if on_purpose
        else f"the connection was lost {work.losses} times",
        detail=error.diag.message_primary or str(error).strip(),
        hint="Resume the run when the cause is known.",
        still_true=resume.still_true(work),
        sqlstate=error.sqlstate or "",
    )


def _refuse_nul(plan: Plan) -> None:
    """PostgreSQL reads a text up to a NUL: what ran would differ from what was approved."""
    for step in plan.steps:
        texts = [s.sql for stage in step.stages for s in (*stage.statements, *stage.repair)]
        texts += [t for stage in step.stages if stage.batch
                  for t in (stage.batch.assign, stage.batch.where)]  # fmt: skip
        texts += step.park.statements if step.park else ()
        if any("\0" in text for text in texts):
            raise MisuseError(
                f"step {step.number} holds a NUL byte",
                still_true="Nothing was changed.",
                hint="Remove the NUL byte from the migration.",
            )
