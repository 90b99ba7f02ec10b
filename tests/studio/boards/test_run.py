from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrate_core.ledger.rows import EventKind
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.states import RunState
from studio.boards.run import Board, board
from studio.models import Run, RunEvent, Target
from tests.studio.conftest import GREEN, MakeChange, migration

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def plan(target: Target, make_change: MakeChange) -> Plan:
    found: Plan = make_change(target).plans.get().value()
    return found


def run(state: RunState = RunState.RUNNING, **fields: Any) -> Run:
    first: dict[str, Any] = {
        "number": 7,
        "title": "x",
        "state": state,
        "queued_at": NOW - timedelta(seconds=30),
        "started_at": NOW - timedelta(seconds=20),
        "heartbeat_at": NOW - timedelta(seconds=1),
        "worker": "w1:42",
    }
    return Run(**{**first, **fields})


def event(seq: int, kind: str, step: int | None = None, **detail: Any) -> RunEvent:
    at = NOW - timedelta(seconds=20 - seq)
    return RunEvent(seq=seq, kind=kind, step=step, attempt=1, stage=1, at=at, detail=detail)


def shown(plan: Plan, *events: RunEvent, **fields: Any) -> Board:
    return board(run(**fields), list(events), plan, NOW)


def states(found: Board) -> list[str]:
    return [step.state for step in found.steps]


def test_steps_are_what_their_last_event_says(plan: Plan) -> None:
    found = shown(
        plan,
        event(1, "step_running", 1),
        event(2, "step_done", 1, elapsed_ms=41),
        event(3, "step_running", 2),
    )
    assert states(found) == ["done", "running", "pending"]
    assert found.steps[0].elapsed_ms == 41
    assert found.steps[1].elapsed_ms == 17_000
    assert (found.text, found.done_steps) == ("running, step 2 of 3", 1)


def test_a_wait_names_who_is_in_the_way(plan: Plan) -> None:
    blocker = {
        "pid": 25235,
        "application_name": "report",
        "xact_seconds": 12,
        "mode": "RowShareLock",
    }
    waiting = event(2, "lock_waiting", 1, tries=2, of=60, blockers=[blocker])
    found = shown(plan, event(1, "step_running", 1), waiting)

    assert found.state == "waiting_for_lock"
    assert found.waiting == "ACCESS EXCLUSIVE on public.users"
    assert "Try 2 of 60" in found.waiting_note
    assert "25235" in found.locks[0].text
    assert found.locks[0].who == "report"


def test_a_wait_that_is_over_is_no_longer_shown(plan: Plan) -> None:
    found = shown(
        plan, event(1, "lock_waiting", 1, tries=1, of=60), event(2, "stage_done", 1, of=1)
    )
    assert (found.waiting, found.locks) == ("", [])


def test_a_silent_worker_is_told_before_anybody_decided(plan: Plan) -> None:
    found = shown(plan, event(1, "step_running", 1), heartbeat_at=NOW - timedelta(seconds=7))
    assert found.state == "lost"
    assert "went silent" in found.says
    assert "silent for 7 s" in found.lease


def test_a_backend_that_outlives_its_worker_is_named(plan: Plan) -> None:
    found = shown(plan, heartbeat_at=NOW - timedelta(seconds=9), orphan_pid=4711)
    assert "its backend 4711 still works" in found.says


def test_nobody_taking_a_run_is_said(plan: Plan) -> None:
    fresh = shown(plan, state=RunState.QUEUED, queued_at=NOW, started_at=None)
    late = shown(plan, state=RunState.QUEUED, started_at=None)
    assert (fresh.state, late.state) == ("queued", "stuck")
    assert "No worker has taken it for 30 s" in late.says


def test_after_a_failure_the_rest_was_not_reached(plan: Plan) -> None:
    failure = {"message": "division by zero", "sqlstate": "22012", "hint": "Mend it."}
    found = shown(
        plan,
        event(1, "step_running", 1),
        event(2, "step_done", 1),
        event(3, "step_running", 2),
        event(4, "step_failed", 2, **failure),
        state=RunState.FAILED,
        error={"message": "step 2 failed"},
    )
    assert states(found) == ["done", "failed", "not_reached"]
    assert found.steps[1].error is not None
    assert found.steps[1].error.sqlstate == "22012"
    assert found.says == "1 of 3 steps done. Lock released. Resume starts at step 2."


def test_a_lost_runs_step_is_interrupted_not_running(plan: Plan) -> None:
    found = shown(plan, event(1, "step_running", 1), state=RunState.LOST)
    assert states(found) == ["interrupted", "not_reached", "not_reached"]


def test_progress_is_shown_only_while_rows_are_written(plan: Plan) -> None:
    batch = event(2, "batch_done", 3, processed=120, total=500)
    going_on = shown(plan, event(1, "step_running", 3), batch)
    assert (going_on.steps[2].done_units, going_on.steps[2].total_units) == (120, 500)

    over = shown(plan, event(1, "step_running", 3), batch, event(3, "step_done", 3, rows=500))
    assert over.steps[2].done_units is None


def test_a_new_attempt_starts_its_clock_anew(plan: Plan) -> None:
    again = event(9, "step_running", 1)
    again.attempt = 2
    found = shown(plan, event(1, "step_running", 1), event(2, "step_interrupted", 1), again)
    assert found.steps[0].attempts == 2
    assert found.steps[0].elapsed_ms == 11_000


def test_every_event_of_the_ledger_has_its_words(plan: Plan) -> None:
    told = shown(plan, *(event(n, kind, 1) for n, kind in enumerate(EventKind)))
    untold = {"managed"}  # of the target, never of a run
    assert len(told.log) == len(EventKind) - len(untold)


def test_the_plan_without_a_target_reads_as_well() -> None:
    """No facts: everything is unknown, and nothing is shown as zero."""
    text = migration(GREEN.split("  - op: softDrop")[0])
    base = SchemaGraph(tables=(Table(name=QualifiedName("public", "users")),))
    made = build(
        text.operations, base, migration_id=text.id, checksum=text.checksum, major=18,
        ask=no_facts,
    )  # fmt: skip
    assert states(shown(made)) == ["pending"]
