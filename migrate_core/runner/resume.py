"""Where a run stands, by its rows: what a session that comes later goes on with."""

from __future__ import annotations

from uuid import UUID

from migrate_core import snapshots
from migrate_core.errors import ConflictError, DriftError
from migrate_core.ledger import ledger, record
from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import RunRow, StepRow
from migrate_core.planning.plan import Step
from migrate_core.runner import drift
from migrate_core.runner.work import Work
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import StepState

OVER = {"done", "closed"}


def rows_of(work: Work) -> tuple[StepRow, ...]:
    return ledger.steps(work.conn, work.run_id, schema=work.ledger_schema)


def interrupt_dead_attempts(work: Work) -> None:
    """We have the lock, so the session that wrote `running` is gone."""
    rows = dead(rows_of(work))
    if rows:
        with work.writing() as entry:
            for row in rows:
                record.step_interrupted(entry, row)


def dead(rows: tuple[StepRow, ...]) -> list[StepRow]:
    """Attempts that somebody began who is gone, if we have the lock."""
    return [row for row in rows if row.status is StepState.RUNNING]


def attempts_left(work: Work) -> tuple[Attempt, ...]:
    """One for every step that is neither done nor skipped, in order."""
    rows = rows_of(work)
    settled = settled_numbers(rows)
    left = (step for step in work.plan.steps if step.number not in settled)
    return tuple(attempt_of(work.run_id, step, rows) for step in left)


def done_numbers(rows: tuple[StepRow, ...]) -> frozenset[int]:
    return frozenset(row.step for row in rows if row.status is StepState.DONE)


def settled_numbers(rows: tuple[StepRow, ...]) -> frozenset[int]:
    """Those that a person left out, too."""
    skipped = {row.step for row in rows if row.status is StepState.SKIPPED}
    return done_numbers(rows) | skipped


def done_steps(work: Work) -> tuple[Step, ...]:
    done = done_numbers(rows_of(work))
    return tuple(step for step in work.plan.steps if step.number in done)


def refuse_another_plan(work: Work, run: RunRow) -> None:
    """What was begun is what goes on, or nothing does."""
    if run.state in OVER and run.state != "done":
        raise ConflictError(
            f"run {run.run_id} was closed",
            still_true="Nothing was changed.",
            hint="Plan the migration again.",
        )
    if run.plan_hash != work.plan.hash:
        raise ConflictError(
            "this run was begun with another plan",
            detail=f"Run {run.run_id} began with plan {run.plan_hash[:12]},"
            f" this is plan {work.plan.hash[:12]}.",
            still_true="Nothing was changed.",
            hint="Resume with the plan that the ledger holds, or undo its done steps first.",
        )


def base_of(work: Work) -> SchemaGraph:
    """The schema before the run's first step, as it was stored then."""
    graph = snapshots.of_run(work.conn, work.run_id, "before", schema=work.ledger_schema)
    assert graph is not None  # written in the transaction that made the run
    return graph


def refuse_drift(work: Work, live: SchemaGraph) -> None:
    """Raises DriftError where something changed that this run did not change."""
    base, done = base_of(work), done_steps(work)
    left = attempts_left(work)
    begun = left[0].step if left and left[0].number > 1 else None
    found = drift.unexplained(base, live, done, under_way=begun, seen=seen_after(work, done))
    if found:
        raise DriftError(
            "the live schema changed since this run stopped",
            detail="Not by this run: " + ", ".join(found) + ".",
            still_true=still_true(work),
            hint="Take that change back, or close the run with drift and plan again.",
        )


def seen_after(work: Work, done: tuple[Step, ...]) -> dict[int, SchemaGraph]:
    """What steps left that nobody could foretell, where the schema was stored after them."""
    found = {}
    for step in done:
        if not step.operation.is_foretold:
            phase = f"step {step.number}"
            graph = snapshots.of_run(work.conn, work.run_id, phase, schema=work.ledger_schema)
            if graph is not None:
                found[step.number] = graph
    return found


def still_true(work: Work, *, lock: str = "the lock is released") -> str:
    """For every failure: what a reader can rely on."""
    rows = rows_of(work)
    settled = settled_numbers(rows)
    steps = len(work.plan.steps)
    words = f"{len(done_numbers(rows))} of {steps} steps done, {lock}"
    left = [step.number for step in work.plan.steps if step.number not in settled]
    return f"{words}, resume starts at step {left[0]}." if left else f"{words}."


def attempt_of(run_id: UUID, step: Step, rows: tuple[StepRow, ...]) -> Attempt:
    """The next try of a step, by the rows of its run."""
    tries = [row for row in rows if row.step == step.number]
    last = max(tries, key=lambda row: row.attempt)
    fresh = last.status is StepState.PENDING
    return Attempt(
        run_id=run_id,
        step=step,
        number=last.attempt if fresh else last.attempt + 1,
        reached=max(row.stage for row in tries),
        begun=max(row.begun for row in tries),
        cut_off=any(r.status is StepState.INTERRUPTED and r.begun > r.stage for r in tries),
    )
