"""After the last step, or where a person stopped it."""

from __future__ import annotations

from migrate_core import snapshots
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import record
from migrate_core.runner import drift, resume
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.options import RunResult
from migrate_core.runner.waits import patiently
from migrate_core.runner.work import Work
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import RunState


def complete(work: Work) -> RunResult:
    """The migration's row, the `after` snapshot and the end of the run: one transaction."""
    faultpoint("before_finish")
    # Every step is done: where a table is held for longer, a resume ends the run.
    graph = patiently(work, lambda: read_graph(work.conn, work.schemas))
    unexpected = _unexpected(work, graph)
    with work.writing() as entry:
        fingerprint = snapshots.take(
            entry,
            work.migration_id,
            "after",
            graph,
            run_id=work.run_id,
            schema=work.ledger_schema,
        )
        if work.plan.direction == "up":
            record.migration_applied(entry, work.plan, work.run_id, fingerprint)
        elif work.plan.direction == "down":
            record.migration_reverted(entry, work.plan, work.run_id)
        record.run_becomes(
            entry,
            work.run_id,
            RunState.DONE,
            fingerprint=fingerprint,
            unexpected=list(unexpected) or None,
        )
        faultpoint("in_finish")
    faultpoint("after_finish")
    return stopped(work, RunState.DONE, fingerprint=fingerprint, unexpected=unexpected)


def stop(work: Work, state: RunState, step: int | None) -> None:
    """Between two steps: nothing is under way."""
    with work.writing() as entry:
        record.run_becomes(entry, work.run_id, state, step=step, asked_by=work.asked().asker)


def stopped(
    work: Work,
    state: RunState,
    *,
    fingerprint: str | None = None,
    unexpected: tuple[str, ...] = (),
) -> RunResult:
    rows = resume.rows_of(work)
    return RunResult(
        run_id=work.run_id,
        state=state,
        steps_done=len(resume.done_numbers(rows)),
        steps=len(work.plan.steps),
        elapsed_ms=sum(row.elapsed_ms or 0 for row in rows),
        fingerprint_after=fingerprint,
        unexpected=unexpected,
    )


def _unexpected(work: Work, live: SchemaGraph) -> tuple[str, ...]:
    """All steps are done: what is otherwise than they leave it was changed by others."""
    done = resume.done_steps(work)
    seen = resume.seen_after(work, done)
    return drift.unexplained(resume.base_of(work), live, done, seen=seen)
