"""A stage in one transaction: statements, artifact and ledger rows commit together."""

from __future__ import annotations

import psycopg

from migrate_core.ledger import record
from migrate_core.ledger.journal import Entry
from migrate_core.ledger.record import Attempt
from migrate_core.pg.ddl import Stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.runner import parks
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.parks import Measured
from migrate_core.runner.retry import Tries
from migrate_core.runner.waits import wait_or_raise
from migrate_core.runner.watch import Watch, may_be_long
from migrate_core.runner.work import Work

_STRENGTH = list(LockMode)


def run_in_transaction(work: Work, attempt: Attempt, number: int, stage: Stage) -> None:
    """Tries until its locks are granted or the budget is used up.

    Raises:
        psycopg.Error: PostgreSQL refused it, or the last try's wait was in vain.
    """
    parking = attempt.step.park if attempt.step.parks_at(number) else None
    measured = parks.measure_before(work, parking)
    tries = Tries(work.options)
    while True:
        work.heed()
        try:
            with Watch(work, attempt, number, stage):
                _run_once(work, attempt, number, stage, measured)
            return
        except psycopg.Error as error:
            wait_or_raise(work, attempt, number, stage, error, tries)


def _run_once(
    work: Work, attempt: Attempt, number: int, stage: Stage, measured: Measured | None
) -> None:
    step = attempt.step.number
    is_script = attempt.step.is_script
    with work.running(is_long=may_be_long(attempt, stage)) as entry:
        _lock_in_order(work, stage)
        if number == 1:
            parks.prove(work, attempt)
        if attempt.step.parks_at(number):
            _park(work, entry, attempt, stage, measured)
        rows = [work.execute(s, is_script=is_script) for s in stage.statements]
        faultpoint("in_stage", step)
        finish_stage(entry, attempt, number, rows=max(rows, default=-1))
        faultpoint("before_commit", step)
    faultpoint("after_commit", step)


def _park(
    work: Work, entry: Entry, attempt: Attempt, stage: Stage, measured: Measured | None
) -> None:
    work.conn.execute("SET LOCAL statement_timeout = 0")
    parks.keep(work, entry, attempt, measured)
    limit = 0 if may_be_long(attempt, stage) else work.options.statement_timeout_ms
    work.conn.execute("SELECT set_config('statement_timeout', %s, true)", [f"{limit}ms"])


def finish_stage(
    entry: Entry, attempt: Attempt, number: int, *, rows: int = -1, left: int | None = None
) -> None:
    """The stage's row; with the last one the step is done and its artifacts are released.

    `left`: rows that a backfill should have written and that are not; None for no such count.
    """
    record.stage_done(entry, attempt, number, rows=rows if rows >= 0 else None, left=left)
    if number == len(attempt.step.stages):
        parks.release(entry, attempt)
        record.step_done(entry, attempt, rows if rows >= 0 else None)


def _lock_in_order(work: Work, stage: Stage) -> None:
    """Several tables: one by one, in name order, each under its own timeout."""
    wanted: dict[QualifiedName, LockMode] = {}
    for statement in stage.statements:
        for relation, mode in statement.locks():
            wanted[relation] = max(wanted.get(relation, mode), mode, key=_STRENGTH.index)
    if len(wanted) < 2:
        return
    names = [str(name) for name in sorted(wanted)]
    there = work.conn.execute(query(__package__, "lockable"), {"names": names}).fetchall()
    present = {row[0] for row in there}
    for relation in sorted(wanted):
        if str(relation) in present:
            text = f"LOCK TABLE ONLY {relation} IN {wanted[relation].value} MODE"
            work.conn.execute(text.encode())
