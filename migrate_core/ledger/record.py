"""What a run writes, row by row; each function inside a transaction of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from migrate_core.ledger.journal import Entry
from migrate_core.ledger.rows import EventKind, StepRow
from migrate_core.operations.base import Place
from migrate_core.pg import codec
from migrate_core.pg.queries import query
from migrate_core.planning.plan import Plan, Step, encode_plan
from migrate_core.planning.timeline import strongest
from migrate_core.schema.objects import Value
from migrate_core.states import RunState, StepState


class Attempt(Value, frozen=True, kw_only=True):
    """One try of a step. `reached` stages are committed; `begun` is the last stage outside
    a transaction block that an earlier try had begun; `cut_off`: in the middle of it."""

    run_id: UUID
    step: Step
    number: int
    reached: int = 0
    begun: int = 0
    cut_off: bool = False

    @property
    def place(self) -> dict[str, int]:
        return {"step": self.step.number, "attempt": self.number}


def begin_run(entry: Entry, plan: Plan, *, run_id: UUID) -> None:
    """The run's row, a pending row for every step, and the word that it has begun."""
    entry.execute(
        query(__package__, "insert_run"),
        {
            **_whose(plan, run_id),
            "checksum": plan.checksum,
            "plan_hash": plan.hash,
            "plan": encode_plan(plan).decode(),
            "base_fingerprint": plan.base_fingerprint,
            "actor": entry.journal.actor,
        },
    )
    for step in plan.steps:
        entry.execute(query(__package__, "insert_step"), _pending(entry, plan, step, run_id))
    entry.event(
        EventKind.RUN_STARTED,
        plan_hash=plan.hash,
        direction=plan.direction,
        cycle=plan.cycle,
        steps=len(plan.steps),
    )


def step_running(entry: Entry, attempt: Attempt) -> None:
    """The first try takes the pending row; a later one is a row of its own."""
    if attempt.number == 1:
        wanted = {"run_id": attempt.run_id, **attempt.place, "actor": entry.journal.actor}
        _one(entry.execute(query(__package__, "start_step"), wanted))
    else:
        _one(entry.execute(query(__package__, "retry_step"), _retried(entry, attempt, "running")))
    entry.event(
        EventKind.STEP_RUNNING,
        **attempt.place,
        stage=attempt.reached,
        op=attempt.step.kind,
        subject=attempt.step.label,
        sql=attempt.step.sql,
        lock=strongest_lock(attempt.step),
        of=len(attempt.step.stages),
    )


def stage_begun(entry: Entry, attempt: Attempt, stage: int) -> None:
    """Before a stage outside a transaction block: what stands there afterwards may be ours."""
    _update(entry, attempt, "begun = %(begun)s", begun=stage)
    entry.event(EventKind.STAGE_BEGUN, **attempt.place, stage=stage)


def stage_done(entry: Entry, attempt: Attempt, stage: int, **detail: Any) -> None:
    _update(entry, attempt, "stage = %(stage)s", stage=stage)
    of = len(attempt.step.stages)
    entry.event(EventKind.STAGE_DONE, **attempt.place, stage=stage, of=of, **detail)


def step_done(
    entry: Entry, attempt: Attempt, rows: int | None = None, *, marked: str | None = None
) -> None:
    """`marked`: why a person said so, who had done it by hand."""
    _update(entry, attempt, _OVER + ", rows = %(rows)s", status=StepState.DONE, rows=rows)
    elapsed = _elapsed(entry, attempt)
    entry.event(EventKind.STEP_DONE, **attempt.place, rows=rows, elapsed_ms=elapsed, marked=marked)


def step_failed(entry: Entry, attempt: Attempt, failure: Mapping[str, Any]) -> None:
    """`failure`: sqlstate, message, hint and what else is known."""
    _update(
        entry,
        attempt,
        _OVER + ", sqlstate = %(sqlstate)s, error = %(error)s, hint = %(hint)s",
        status=StepState.FAILED,
        sqlstate=failure.get("sqlstate"),
        error=_text(failure.get("message")),
        hint=_text(failure.get("hint")),
    )
    elapsed = _elapsed(entry, attempt)
    entry.event(EventKind.STEP_FAILED, **attempt.place, elapsed_ms=elapsed, **failure)


def step_interrupted(entry: Entry, row: StepRow) -> None:
    """Written by the session that came after, once it had the lock."""
    entry.execute(
        "UPDATE {schema}._zanith_migration_steps SET " + _OVER + _WHERE,
        {"run_id": row.run_id, "step": row.step, "attempt": row.attempt, "status": "interrupted"},
    )
    entry.event(EventKind.STEP_INTERRUPTED, step=row.step, attempt=row.attempt, stage=row.stage)


def step_paused(entry: Entry, attempt: Attempt) -> None:
    """Between two batches, stages or tries; the row is `interrupted`, the event says by whom."""
    _update(entry, attempt, _OVER, status=StepState.INTERRUPTED)
    elapsed = _elapsed(entry, attempt)
    entry.event(EventKind.STEP_PAUSED, **attempt.place, elapsed_ms=elapsed)


def step_skipped(entry: Entry, attempt: Attempt, *, reason: str) -> None:
    """A step that was never tried, or another row after the tries that came to nothing."""
    if attempt.number == 1:
        _update(entry, attempt, "status = %(status)s", status=StepState.SKIPPED)
    else:
        _one(entry.execute(query(__package__, "retry_step"), _retried(entry, attempt, "skipped")))
    entry.event(EventKind.STEP_SKIPPED, **attempt.place, reason=reason)


def _retried(entry: Entry, attempt: Attempt, status: str) -> dict[str, Any]:
    return {
        "run_id": attempt.run_id,
        **attempt.place,
        "status": status,
        "stage": attempt.reached,
        "begun": attempt.begun,
        "actor": entry.journal.actor,
    }


def run_becomes(entry: Entry, run_id: UUID, state: RunState, **detail: Any) -> None:
    over = state is not RunState.RUNNING
    _one(
        entry.execute(
            "UPDATE {schema}._zanith_runs SET state = %(state)s,"
            " ended_at = CASE WHEN %(over)s THEN clock_timestamp() END WHERE run_id = %(run_id)s",
            {"run_id": run_id, "state": state.value, "over": over},
        )
    )
    entry.event(_RUN_EVENTS[state], **detail)


def migration_applied(entry: Entry, plan: Plan, run_id: UUID, fingerprint: str) -> None:
    entry.execute(
        query(__package__, "insert_migration"),
        {
            **_whose(plan, run_id),
            "actor": entry.journal.actor,
            "checksum": plan.checksum,
            "plan_hash": plan.hash,
            "fingerprint": fingerprint,
        },
    )


def migration_reverted(entry: Entry, plan: Plan, run_id: UUID) -> None:
    """Of a migration that was applied; of one that stopped half-way, its run is closed."""
    wanted = {**_whose(plan, run_id), "actor": entry.journal.actor}
    if not entry.execute(query(__package__, "revert_migration"), wanted):
        entry.execute(query(__package__, "close_undone_run"), wanted)


def strongest_lock(step: Step) -> str | None:
    """The strongest table lock that any of its statements takes."""
    held = strongest(step)
    return held.mode if held else None


def _whose(plan: Plan, run_id: UUID) -> dict[str, Any]:
    migration_id = None if plan.direction == "restore" else plan.migration_id
    return {
        "run_id": run_id,
        "migration_id": migration_id,
        "cycle": plan.cycle,
        "direction": plan.direction,
    }


def _pending(entry: Entry, plan: Plan, step: Step, run_id: UUID) -> dict[str, Any]:
    place = Place(
        migration_id=plan.migration_id,
        step=step.number,
        cycle=plan.cycle,
        down=plan.direction == "down",
        major=plan.major,
    )
    inverse = step.operation.inverse(place)
    reasons = [codec.to_builtins(reason) for reason in step.verdict.reasons]
    return {
        **_whose(plan, run_id),
        "step": step.number,
        "kind": step.kind,
        "subject": step.label,
        "stages": len(step.stages),
        "sql": step.sql,
        "lock": strongest_lock(step),
        "level": step.verdict.level,
        "score": step.verdict.score,
        "reasons": Jsonb(reasons),
        "operation": Jsonb(codec.to_builtins(step.operation)),
        "inverse": Jsonb(codec.to_builtins(inverse)) if inverse else None,
        "actor": entry.journal.actor,
    }


def _update(entry: Entry, attempt: Attempt, assign: str, **values: Any) -> None:
    wanted = {"run_id": attempt.run_id, **attempt.place, **values}
    text = f"UPDATE {{schema}}._zanith_migration_steps SET {assign}{_WHERE}"
    _one(entry.execute(text, wanted))


def _elapsed(entry: Entry, attempt: Attempt) -> int | None:
    wanted = {"run_id": attempt.run_id, **attempt.place}
    found = entry.fetch(
        "SELECT elapsed_ms FROM {schema}._zanith_migration_steps" + _WHERE_ANY, wanted
    )
    return found[0] if found else None


def _one(touched: int) -> None:
    if touched != 1:
        raise AssertionError(f"the ledger's row is not there: {touched} rows were written")


def _text(value: Any) -> str | None:
    return str(value).replace("\0", "\ufffd") if value else None


_WHERE_ANY = " WHERE run_id = %(run_id)s AND step = %(step)s AND attempt = %(attempt)s"
_WHERE = _WHERE_ANY + " AND status IN ('pending', 'running')"
_OVER = (
    "status = %(status)s, finished_at = clock_timestamp(), elapsed_ms ="
    " round(extract(epoch FROM clock_timestamp() - started_at) * 1000)"
)
_RUN_EVENTS = {
    RunState.RUNNING: EventKind.RUN_RESUMED,
    RunState.PAUSED: EventKind.RUN_PAUSED,
    RunState.FAILED: EventKind.RUN_FAILED,
    RunState.CANCELLED: EventKind.RUN_CANCELLED,
    RunState.DONE: EventKind.RUN_DONE,
    RunState.CLOSED: EventKind.RUN_CLOSED,
}
