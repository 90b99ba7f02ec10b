from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import Connection

from migrate_core import snapshots
from migrate_core.errors import (
    ConflictError,
    DriftError,
    GateRefusedError,
    LockTimeoutError,
    MisuseError,
    RunInProgressError,
    StepFailedError,
)
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import advisory, chain, ledger
from migrate_core.ledger.rows import Event
from migrate_core.planning.plan import decode_plan
from migrate_core.runner.options import RunOptions
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
MakeDbOn = Callable[..., Connection[Any]]
ONE_TRY = RunOptions(lock_tries=1)


def test_the_seeds_story_ends_in_four_steps_done(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, runs.USERS)
    before = fingerprint(read_graph(db))
    plan = runs.plan_for(db)

    result = runs.run(db, plan)

    assert (result.state, result.steps_done, result.unexpected) == (RunState.DONE, 4, ())
    assert runs.statuses(db) == [(n, 1, "done") for n in (1, 2, 3, 4)]
    (row,) = ledger.applied(db)
    assert (row.id, row.cycle, row.applied_by) == (runs.MIGRATION, 1, "anna")
    assert row.fingerprint == result.fingerprint_after == fingerprint(read_graph(db))
    phases = [(s.phase, s.fingerprint) for s in snapshots.stored(db)]
    assert phases == [("before", before), ("after", row.fingerprint)]
    assert db.execute("SELECT count(*) FROM users WHERE last_login <> created_at").fetchone() == (
        0,
    )
    assert db.execute("SELECT count(last_login) FROM users").fetchone() == (2500,)


def test_the_lock_is_free_afterwards(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)

    runs.run(db, runs.plan_for(db))

    assert advisory.holder(db) is None


def test_events_reach_the_listener_once_in_order_and_chained(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    heard: list[Event] = []

    runs.run(db, runs.plan_for(db), listener=heard.append, options=RunOptions(mac_key=b"k"))

    written = ledger.events_after(db, 0)
    assert heard == list(written)
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    assert chain.first_broken(written, b"k") is None
    assert chain.first_broken(written, b"other") == 1


def test_a_second_delivery_of_an_applied_plan_changes_nothing(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    first = runs.run(db, plan)
    events = ledger.events_after(db, 0)

    again = runs.run(db, plan, run_id=first.run_id)
    other = runs.run(db, plan)

    assert again.state is other.state is RunState.DONE
    assert again.run_id == other.run_id == first.run_id
    assert ledger.events_after(db, 0) == events


def test_a_failed_step_is_on_the_record_and_the_rerun_picks_up_there(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    db.execute("ALTER TABLE users ADD COLUMN login text; UPDATE users SET login = '2026-01-01'")
    db.execute("UPDATE users SET login = 'never' WHERE id = 1700")
    broken = {**runs.BACKFILL, "expression": "login::timestamptz"}
    plan = runs.plan_for(db, (runs.ADD_COLUMN, runs.ADD_INDEX, broken, runs.SOFT_DROP))

    with pytest.raises(StepFailedError, match="step 3") as failed:
        runs.run(db, plan)

    assert failed.value.sqlstate == "22007"
    assert failed.value.still_true == (
        "2 of 4 steps done, the lock is released, resume starts at step 3."
    )
    rows = ledger.steps(db)
    assert [row.status.value for row in rows] == ["done", "done", "failed", "pending"]
    assert rows[2].sqlstate == "22007"
    assert "never" in (rows[2].error or "")
    assert ledger.applied(db) == ()
    assert ledger.runs(db)[0].state is RunState.FAILED
    filled = db.execute("SELECT count(last_login), max(id) FILTER (WHERE last_login IS NOT NULL)"
                        " FROM users").fetchone()  # fmt: skip
    assert filled == (1500, 1500)

    db.execute("UPDATE users SET login = '2026-01-02' WHERE id = 1700")
    result = runs.run(db, plan)

    assert result.state is RunState.DONE
    assert result.run_id == rows[0].run_id
    assert [s for s in runs.statuses(db) if s[0] >= 3] == [
        (3, 1, "failed"),
        (3, 2, "done"),
        (4, 1, "done"),
    ]
    assert db.execute("SELECT count(last_login) FROM users").fetchone() == (2500,)
    assert chain.first_broken(ledger.events_after(db, 0), None) is None


def test_a_refused_gate_leaves_no_trace(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    before = fingerprint(read_graph(db))

    def refuse(conn: Connection[Any], graph: SchemaGraph) -> None:
        assert advisory.holder(db) is not None
        assert fingerprint(graph) == before
        raise GateRefusedError("no")

    with pytest.raises(GateRefusedError):
        runs.run(db, runs.plan_for(db), check=refuse)

    assert not ledger.exists(db)
    assert fingerprint(read_graph(db)) == before


def test_another_runner_is_refused_and_told_who_holds_the_lock(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    with runs.connector(db)() as holder:
        holder.execute("SELECT set_config('application_name', 'zanith/11/2', false)")
        assert advisory.try_lock(holder, advisory.key(holder))

        with pytest.raises(RunInProgressError) as refused:
            runs.run(db, runs.plan_for(db), options=RunOptions(advisory_seconds=0))

        assert f"Backend {holder.info.backend_pid}, run 11" in refused.value.detail
    assert not ledger.exists(db)


def test_a_lock_not_granted_is_tried_again_and_its_holder_named(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (runs.ADD_COLUMN,))
    heard: list[Event] = []
    with psycopg.connect(db.info.dsn, password=db.info.password) as reader:
        reader.execute("SELECT 1 FROM users LIMIT 1")
        pid = reader.info.backend_pid

        def let_go(event: Event) -> None:
            heard.append(event)
            if event.kind == "lock_waiting" and event.detail["tries"] == 3:
                reader.rollback()

        result = runs.run(db, plan, listener=let_go)

    waits = [event.detail for event in heard if event.kind == "lock_waiting"]
    assert result.state is RunState.DONE
    assert [wait["tries"] for wait in waits] == [1, 2, 3]
    assert {w["sqlstate"] for w in waits} == {"55P03"}
    (blocker,) = waits[0]["blockers"]
    assert blocker["pid"] == pid
    assert blocker["mode"] == "ACCESS SHARE"
    assert blocker["state"] == "idle in transaction"


def test_a_lock_never_granted_ends_as_a_lock_timeout_with_nothing_changed(
    make_db: MakeDb,
) -> None:
    db = make_db(runs.USERS)
    before = fingerprint(read_graph(db))
    with psycopg.connect(db.info.dsn, password=db.info.password) as reader:
        reader.execute("SELECT 1 FROM users LIMIT 1")
        with pytest.raises(LockTimeoutError) as gave_up:
            runs.run(db, runs.plan_for(db), options=ONE_TRY)
        reader.rollback()

    assert gave_up.value.sqlstate == "55P03"
    assert fingerprint(read_graph(db)) == before
    assert runs.statuses(db)[0] == (1, 1, "failed")
    assert runs.run(db, runs.plan_for(db)).state is RunState.DONE


def test_a_reader_behind_us_waits_no_longer_than_our_lock_timeout(make_db: MakeDb) -> None:
    """Our ALTER queues behind an idle transaction, and every new reader behind our ALTER."""
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    over = threading.Event()

    def read_on() -> int:
        reads = 0
        with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as reader:
            reader.execute("SET lock_timeout = '2s'")
            while not over.is_set():
                reader.execute("SELECT FROM users LIMIT 1")
                reads += 1
        return reads

    with (
        psycopg.connect(db.info.dsn, password=db.info.password) as holder,
        ThreadPoolExecutor(1) as readers,
    ):
        holder.execute("SELECT 1 FROM users LIMIT 1")
        reading = readers.submit(read_on)
        with pytest.raises(LockTimeoutError):
            runs.run(db, plan, options=RunOptions(lock_tries=5))
        over.set()
        assert reading.result() > 0
        holder.rollback()


def test_a_check_is_asked_again_on_a_resume_with_the_schema_before_the_first_step(
    make_db: MakeDb,
) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    runs.stop_after(db, plan, step=2)

    asked: list[str] = []
    runs.run(db, plan, check=lambda conn, graph: asked.append(fingerprint(graph)))

    assert asked == [plan.base_fingerprint]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("CREATE TABLE other (a int)", "table public.other"),
        ("ALTER TABLE users ALTER COLUMN email DROP NOT NULL", "column public.users.email"),
        ("ALTER TABLE users DROP COLUMN last_login", "column public.users.last_login"),
    ],
)
def test_a_resume_is_refused_when_somebody_else_changed_something(
    make_db: MakeDb, change: str, named: str
) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    runs.stop_after(db, plan, step=1)
    db.execute(change.encode())
    events = ledger.events_after(db, 0)

    with pytest.raises(DriftError) as drifted:
        runs.run(db, plan)

    assert named in drifted.value.detail
    assert ledger.events_after(db, 0) == events


def test_a_resume_with_another_plan_is_refused(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    other = runs.plan_for(db, (runs.ADD_COLUMN,))
    runs.stop_after(db, plan, step=1)

    with pytest.raises(ConflictError, match="another plan"):
        runs.run(db, other)


def test_a_second_migration_waits_until_the_first_is_over(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    other = runs.plan_for(db, (runs.SOFT_DROP,), migration_id="20260102_000000_other")
    runs.stop_after(db, plan, step=1)

    with pytest.raises(ConflictError, match="is not over"):
        runs.run(db, other)


def test_the_recorded_plan_is_the_plan(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    result = runs.run(db, plan)

    recorded = ledger.plan_of(db, result.run_id)

    assert recorded is not None
    assert decode_plan(recorded) == plan
    assert decode_plan(recorded).hash == plan.hash


def test_a_statement_that_hides_a_second_one_is_refused(make_db: MakeDb) -> None:
    """The extended protocol takes one statement, whatever the text says."""
    db = make_db(runs.USERS)
    sneaky = {
        **runs.ADD_COLUMN,
        "column": {"name": "a", "type": "integer", "default": "0; DROP TABLE public.users"},
    }

    with pytest.raises(StepFailedError) as refused:
        runs.run(db, runs.plan_for(db, (sneaky,)))

    assert refused.value.sqlstate == "42601"
    assert db.execute("SELECT count(*) FROM users").fetchone() == (2500,)


def test_a_nul_byte_is_refused_before_anything_else(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)
    step = plan.steps[3]
    stage = step.stages[0]
    assert stage.batch is not None
    batch = msgspec.structs.replace(stage.batch, assign="last_login = now()\0")
    bad = msgspec.structs.replace(step, stages=(msgspec.structs.replace(stage, batch=batch),))
    plan = msgspec.structs.replace(plan, steps=(*plan.steps[:3], bad))

    with pytest.raises(MisuseError, match="NUL"):
        runs.run(db, plan)

    assert not ledger.exists(db)


def test_a_run_with_a_too_long_lock_timeout_is_refused(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)

    with pytest.raises(MisuseError):
        runs.run(db, runs.plan_for(db), options=RunOptions(lock_timeout_ms=5000))


def test_the_ledger_may_lie_in_a_schema_of_its_own(make_db: MakeDb) -> None:
    db = make_db(runs.USERS + "CREATE SCHEMA record;")

    runs.run(db, runs.plan_for(db), options=RunOptions(ledger_schema="record"))

    assert not ledger.exists(db)
    assert len(ledger.applied(db, "record")) == 1
