"""Two runners never work on one target at the same time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus

from migrate_core.errors import MigrateError, RunInProgressError, RunInterruptedError
from migrate_core.ledger import advisory, chain, ledger
from migrate_core.planning.plan import Plan
from migrate_core.runner.options import RunOptions, RunResult
from migrate_core.states import RunState
from tests import runs
from tests.auditor import audit
from tests.faults import moments

MakeDb = Callable[..., Connection[Any]]
RACES, MANY_RACES = 25, 1000
USERS = runs.USERS.replace("gen_random_uuid()", "NULL")
NEVER_WAIT = RunOptions(advisory_seconds=0)


def race(db: Connection[Any], plan: Plan, options: RunOptions) -> list[RunResult | MigrateError]:
    """Two runners that start at the same moment."""
    line = threading.Barrier(2)

    def start(_: int) -> RunResult | MigrateError:
        line.wait()
        try:
            return runs.run(db, plan, options=options, run_id=uuid4())
        except MigrateError as error:
            return error

    with ThreadPoolExecutor(2) as runners:
        return list(runners.map(start, range(2)))


def column(number: int) -> tuple[dict[str, Any], ...]:
    return (
        {
            "op": "addColumn",
            "table": "public.users",
            "column": {"name": f"c{number}", "type": "integer"},
        },
    )


def test_of_two_runners_one_applies_and_the_other_changes_nothing(
    make_db: MakeDb, full: bool
) -> None:
    db = make_db("CREATE TABLE users (id integer PRIMARY KEY)")
    races = MANY_RACES if full else RACES
    for number in range(races):
        plan = runs.plan_for(db, column(number), migration_id=f"20260101_000000_m{number}")

        outcomes = race(db, plan, NEVER_WAIT)

        done = [o for o in outcomes if isinstance(o, RunResult)]
        assert done
        assert all(isinstance(o, RunResult | RunInProgressError) for o in outcomes), outcomes
        assert {o.run_id for o in done} == {ledger.applied(db)[-1].run_id}
    assert len(ledger.applied(db)) == races
    assert [row[1:] for row in runs.statuses(db)] == [(1, "done")] * races
    assert chain.first_broken(ledger.events_after(db, 0, limit=10**6), None) is None
    assert audit(db) == []


def test_first_starts_race_for_the_ledger_without_harm(make_db: MakeDb) -> None:
    for _ in range(5):
        db = make_db("CREATE TABLE users (id integer PRIMARY KEY)")
        plan = runs.plan_for(db, column(1))

        outcomes = race(db, plan, RunOptions(advisory_seconds=5))

        assert [o.state for o in outcomes if isinstance(o, RunResult)] == [RunState.DONE] * 2
        assert runs.statuses(db) == [(1, 1, "done")]


def test_with_the_lock_broken_on_purpose_no_step_is_done_twice(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    """The fence and the unique index hold alone: what the loser tried is rolled back."""
    monkeypatch.setattr(advisory, "try_lock", lambda conn, number: True)
    monkeypatch.setattr(advisory, "is_ours", lambda conn, number: True)
    db = make_db("CREATE TABLE users (id integer PRIMARY KEY)")
    runs.run(db, runs.plan_for(db, column(0), migration_id="20260101_000000_first"))
    for number in range(1, 500 if full else 12):
        plan = runs.plan_for(db, column(number), migration_id=f"20260101_000000_m{number}")

        race(db, plan, NEVER_WAIT)
        settle(db, plan)

        done = [s for s in ledger.steps(db) if s.migration_id == plan.migration_id]
        assert [s.step for s in done if s.status == "done"] == [1]
    assert chain.first_broken(ledger.events_after(db, 0, limit=10**6), None) is None
    assert audit(db) == []


def test_a_runner_that_was_held_up_writes_nothing_after_another_took_over(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch, seed: int, full: bool
) -> None:
    """With the lock broken on purpose the fence alone keeps it out, between any two statements."""
    monkeypatch.setattr(advisory, "try_lock", lambda conn, number: True)
    monkeypatch.setattr(advisory, "is_ours", lambda conn, number: True)
    idle = idle_moments(make_db)
    for number in idle if full else random.Random(seed).sample(idle, 4):
        db = make_db(USERS)
        plan = runs.plan_for(db)
        left: list[Any] = []

        def overtake(db: Connection[Any] = db, plan: Plan = plan, to: list[Any] = left) -> None:
            assert runs.run(db, plan, run_id=uuid4()).state is RunState.DONE
            to.append(record(db))

        with moments.at_moment(number, overtake), suppress(RunInterruptedError):
            runs.run(db, plan)

        assert left == [record(db)], number


def idle_moments(make_db: MakeDb) -> list[int]:
    """Those at which it holds no lock that another would wait for."""
    db = make_db(USERS)
    sessions = moments.Sessions(runs.connector(db))
    idle: list[bool] = []

    def note(name: str, step: int | None) -> None:
        opened = sessions.opened[-1:]
        idle.extend(conn.info.transaction_status is TransactionStatus.IDLE for conn in opened)
        idle.extend([] if opened else [False])

    with moments.armed(note):
        runs.run(db, runs.plan_for(db), connect=sessions)
    return [number for number, is_idle in enumerate(idle) if is_idle]


def record(db: Connection[Any]) -> Any:
    return (
        [event.seq for event in ledger.events_after(db, 0, limit=10**6)],
        [(row.run_id, row.step, row.attempt, row.status) for row in ledger.steps(db)],
        moments.leftovers(db),
    )


def settle(db: Connection[Any], plan: Plan) -> None:
    """One runner alone takes up what the two left."""
    assert runs.run(db, plan).state is RunState.DONE
