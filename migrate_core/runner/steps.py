"""One step: running, then stage by stage, then done."""

from __future__ import annotations

import psycopg

from migrate_core import snapshots
from migrate_core.errors import MigrateError, RunInterruptedError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import record
from migrate_core.ledger.record import Attempt
from migrate_core.pg.ddl import StageMode
from migrate_core.runner import failure, parks
from migrate_core.runner.batches import run_batches
from migrate_core.runner.concurrent import run_concurrently
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.stages import run_in_transaction
from migrate_core.runner.work import StoppedError, Work

MODES = {
    StageMode.TRANSACTION: run_in_transaction,
    StageMode.CONCURRENT: run_concurrently,
    StageMode.BATCHED: run_batches,
}


def run_step(work: Work, attempt: Attempt) -> None:
    """Raises StepFailedError, LockTimeoutError, ConflictError or TamperedError, recorded."""
    work.session.check_lock()
    faultpoint("before_running", attempt.step.number)
    with work.writing() as entry:
        work.session.name(f"zanith/{work.run_id}/{attempt.step.number}")
        record.step_running(entry, attempt)
    faultpoint("after_running", attempt.step.number)
    try:
        _run_stages(work, attempt)
    except (StoppedError, KeyboardInterrupt) as stop:
        failure.record_stop(work, attempt, stop)
        raise
    except RunInterruptedError:
        raise  # another runner goes on with it: nothing of this step is ours to write
    except MigrateError as error:
        raise failure.record_error(work, attempt, error) from error
    except psycopg.Error as error:
        if work.session.is_lost:
            raise
        raise failure.record_refusal(work, attempt, error) from error
    faultpoint("after_done", attempt.step.number)
    _see(work, attempt)


def _run_stages(work: Work, attempt: Attempt) -> None:
    stages = attempt.step.stages
    if not stages:
        with work.running() as entry:
            parks.release(entry, attempt)
            record.step_done(entry, attempt)
    for number, stage in enumerate(stages, start=1):
        if number > attempt.reached:
            work.heed()
            MODES[stage.mode](work, attempt, number, stage)


def _see(work: Work, attempt: Attempt) -> None:
    """What nobody could foretell is stored, so that a resume can tell it from drift."""
    if attempt.step.operation.is_foretold:
        return
    work.session.settle()
    graph = read_graph(work.conn, work.schemas)
    with work.writing() as entry:
        snapshots.take(
            entry,
            work.migration_id,
            f"step {attempt.step.number}",
            graph,
            run_id=work.run_id,
            schema=work.ledger_schema,
        )
