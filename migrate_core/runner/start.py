"""Under the lock, before the first step: is there something to do, and may it be done?"""

from __future__ import annotations

from collections.abc import Callable

from psycopg import Connection

from migrate_core import snapshots
from migrate_core.errors import ConflictError, MisuseError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger, record, wishes
from migrate_core.ledger.rows import AppliedMigration, EventKind, RunRow
from migrate_core.runner import resume
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.options import RunResult
from migrate_core.runner.work import Work
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import RunState

Check = Callable[[Connection, SchemaGraph], None]


def begin(work: Work, check: Check | None) -> RunResult | None:
    """Starts the run, or takes up the one that stopped; a result if it is over already.

    Raises:
        ConflictError: the ledger says that this plan cannot be run.
        DriftError: on a resume, something changed that the run did not change.
    """
    earlier = _earlier_run(work)
    if earlier is None:
        over = _already_applied(work)
        if over is None:
            _start(work, check)
        return over
    work.run_id = earlier.run_id
    resume.refuse_another_plan(work, earlier)
    over = result_if_over(work)
    if over is None:
        _take_up(work, check)
    return over


def result_if_over(work: Work) -> RunResult | None:
    """The result of a run that is done, as its rows tell it."""
    run = ledger.run(work.conn, work.run_id, work.ledger_schema)
    if run is None or run.state is not RunState.DONE:
        return None
    rows = [row for row in resume.rows_of(work) if row.elapsed_ms is not None]
    taken = [s for s in snapshots.stored(work.conn, schema=work.ledger_schema)
             if s.run_id == work.run_id and s.phase == "after"]  # fmt: skip
    return RunResult(
        run_id=work.run_id,
        state=RunState.DONE,
        steps_done=len(resume.done_numbers(resume.rows_of(work))),
        steps=len(work.plan.steps),
        elapsed_ms=sum(row.elapsed_ms or 0 for row in rows),
        fingerprint_after=taken[-1].fingerprint if taken else None,
    )


def _earlier_run(work: Work) -> RunRow | None:
    """The one of this id, or the open one of this migration; no other may be open."""
    rows = ledger.runs(work.conn, work.ledger_schema)
    same = [row for row in rows if row.run_id == work.run_id]
    opened = [row for row in rows if row.state not in resume.OVER]
    ours = same + [row for row in opened if _is_this(work, row)]
    if ours:
        _refuse_half_undone(ours[0], opened)
        return ours[0]
    for row in opened:
        if not _undoes(work, row):
            raise ConflictError(
                f"run {row.run_id} of {row.migration_id or 'a restore'} is not over",
                detail=f"It is {row.state} and has changed a part of the schema.",
                still_true="Nothing was changed.",
                hint="Resume it, undo its done steps, or close it with drift.",
            )
    return None


def _refuse_half_undone(run: RunRow, opened: list[RunRow]) -> None:
    """Going on where steps were taken back meanwhile would do neither."""
    undoing = (run.migration_id, run.cycle, "down")
    for row in opened:
        if run.direction == "up" and (row.migration_id, row.cycle, row.direction) == undoing:
            raise ConflictError(
                f"run {run.run_id} is being undone",
                detail=f"Run {row.run_id} has begun to undo its steps, and is {row.state}.",
                still_true="Nothing was changed.",
                hint="Resume that run, or close it with drift.",
            )


def _is_this(work: Work, row: RunRow) -> bool:
    return work.migration_id is not None and (row.migration_id, row.cycle, row.direction) == (
        work.migration_id,
        work.plan.cycle,
        work.plan.direction,
    )


def _undoes(work: Work, row: RunRow) -> bool:
    """A down of exactly the migration that stopped half-way."""
    half_way = (row.migration_id, row.cycle, row.direction)
    return work.plan.direction == "down" and half_way == (
        work.plan.migration_id,
        work.plan.cycle,
        "up",
    )


def _already_applied(work: Work) -> RunResult | None:
    """A second delivery of a migration that is applied changes nothing."""
    if work.plan.direction != "up":
        return None
    rows = ledger.applied(work.conn, work.ledger_schema)
    row = next((r for r in rows if r.id == work.plan.migration_id and not r.reverted_at), None)
    if row is None:
        _refuse_old_cycle(work)
        return None
    if row.checksum != work.plan.checksum:
        raise ConflictError(
            f"migration {row.id} is applied with another content",
            detail=f"Applied by {row.applied_by} at {row.applied_at:%Y-%m-%d %H:%M} UTC.",
            still_true="Nothing was changed.",
            hint="Give the changed operations a migration of their own.",
        )
    return _applied_result(work, row)


def _applied_result(work: Work, row: AppliedMigration) -> RunResult:
    return RunResult(
        run_id=row.run_id,
        state=RunState.DONE,
        steps_done=len(work.plan.steps),
        steps=len(work.plan.steps),
        elapsed_ms=row.elapsed_ms,
        fingerprint_after=row.fingerprint,
    )


def _refuse_old_cycle(work: Work) -> None:
    wanted = ledger.next_cycle(work.conn, work.plan.migration_id, work.ledger_schema)
    if work.plan.cycle != wanted:
        raise ConflictError(
            f"migration {work.plan.migration_id} was undone since it was planned",
            detail=f"The plan is for cycle {work.plan.cycle}, the ledger is at {wanted}.",
            still_true="Nothing was changed.",
            hint="Plan it again.",
        )


def _start(work: Work, check: Check | None) -> None:
    if not work.plan.steps:
        raise MisuseError("the plan has no step", hint="There is nothing to apply.")
    graph = read_graph(work.conn, work.schemas)
    if check:
        check(work.conn, graph)
    ledger.ensure(work.conn, work.ledger_schema)
    work.take_over()
    faultpoint("before_start")
    with work.writing() as entry:
        record.begin_run(entry, work.plan, run_id=work.run_id)
        snapshots.take(
            entry,
            work.migration_id,
            "before",
            graph,
            run_id=work.run_id,
            schema=work.ledger_schema,
        )
        entry.event(EventKind.LOCK_TAKEN, pid=work.conn.info.backend_pid)
    faultpoint("after_start")


def _take_up(work: Work, check: Check | None) -> None:
    """Judges before it writes; then what a dead session left as `running` is `interrupted`."""
    resume.refuse_drift(work, read_graph(work.conn, work.schemas))
    if check:
        check(work.conn, resume.base_of(work))
    ledger.ensure(work.conn, work.ledger_schema)
    work.take_over()
    resume.interrupt_dead_attempts(work)
    wishes.forget(work.conn, work.run_id, work.ledger_schema)
    with work.writing() as entry:
        record.run_becomes(entry, work.run_id, RunState.RUNNING)
        entry.event(EventKind.LOCK_TAKEN, pid=work.conn.info.backend_pid)
