"""Kill anything at any moment: a re-run ends where an undisturbed run would have."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, IsolationLevel

from migrate_core.errors import RunInterruptedError
from migrate_core.ledger import chain, ledger
from migrate_core.planning.plan import Plan
from migrate_core.states import RunState
from studio.embedded import Postgres
from studio.server import temporary_folder
from tests import runs
from tests.auditor import audit
from tests.faults import child, moments
from tests.faults.cuts import crash, stop_and_start

MakeDb = Callable[..., Connection[Any]]
FEW, MANY = 6, 10_000


@pytest.fixture
def undisturbed(make_db: MakeDb) -> tuple[list[moments.Moment], Any]:
    """The moments of the story, and what it leaves."""
    db = make_db(runs.USERS.replace("gen_random_uuid()", "NULL"))
    with moments.traced() as passed:
        runs.run(db, runs.plan_for(db))
    return passed, (runs.state_of(db), moments.leftovers(db))


def sample(passed: list[moments.Moment], seed: int, size: int) -> list[int]:
    numbers = list(range(len(passed)))
    return sorted(random.Random(seed).sample(numbers, min(size, len(numbers))))


def check_converged(db: Connection[Any], expected: Any) -> None:
    assert (runs.state_of(db), moments.leftovers(db)) == expected
    rows = ledger.steps(db)
    done = [row.step for row in rows if row.status == "done"]
    assert done == [1, 2, 3, 4]
    assert not [row for row in rows if row.status in ("running", "pending")]
    assert len(ledger.applied(db)) == 1
    assert chain.first_broken(ledger.events_after(db, 0), None) is None
    assert audit(db) == []


def fresh(make_db: MakeDb) -> tuple[Connection[Any], Plan]:
    db = make_db(runs.USERS.replace("gen_random_uuid()", "NULL"))
    return db, runs.plan_for(db)


def test_a_client_that_vanishes_at_any_moment(
    make_db: MakeDb, undisturbed: Any, seed: int, full: bool
) -> None:
    passed, expected = undisturbed
    for number in sample(passed, seed, MANY if full else FEW):
        db, plan = fresh(make_db)
        sessions = moments.Sessions(runs.connector(db))
        act = sessions.vanish if number else _gone
        with moments.at_moment(number, act), pytest.raises(moments.Vanished):
            runs.run(db, plan, connect=sessions)

        runs.run(db, plan)

        check_converged(db, expected)


def test_a_backend_that_is_terminated_at_any_moment(
    make_db: MakeDb, undisturbed: Any, seed: int, full: bool
) -> None:
    """Ended on purpose, a run stops and says so; the re-run goes on."""
    passed, expected = undisturbed
    for number in sample(passed[1:], seed, MANY if full else FEW):
        db, plan = fresh(make_db)
        sessions = moments.Sessions(runs.connector(db))
        act = sessions.terminate(db)
        with moments.at_moment(number + 1, act), suppress(RunInterruptedError):
            runs.run(db, plan, connect=sessions)

        runs.run(db, plan)

        check_converged(db, expected)


def test_a_worker_killed_at_any_moment(
    make_db: MakeDb, undisturbed: Any, seed: int, full: bool
) -> None:
    passed, expected = undisturbed
    for number in sample(passed, seed + 1, MANY if full else FEW // 2):
        db, plan = fresh(make_db)
        worker = child.start(runs.endpoint_of(db), plan, run_id=uuid4(), at=number)
        worker.communicate(timeout=60)
        assert worker.returncode == -signal.SIGKILL

        runs.run(db, plan)

        check_converged(db, expected)


def test_a_worker_killed_in_the_middle_of_a_concurrent_build(
    make_db_on: Callable[..., Connection[Any]], major: int
) -> None:
    """The index is left INVALID; the re-run drops it and builds it again."""
    db = make_db_on(major, runs.USERS)
    plan = plan_with_only_the_index(db)
    with psycopg.connect(db.info.dsn, password=db.info.password) as reader:
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1 FROM users LIMIT 1")
        worker = child.start(runs.endpoint_of(db), plan, run_id=uuid4())
        wait_for_build(db)
        worker.kill()
        worker.communicate(timeout=60)
        wait_until_gone(db)
        reader.rollback()
    assert db.execute("SELECT indisvalid FROM pg_index WHERE indexrelid ="
                      " to_regclass('users_created')").fetchone() == (False,)  # fmt: skip

    result = runs.run(db, plan)

    assert result.state is RunState.DONE
    assert runs.statuses(db) == [(1, 1, "interrupted"), (1, 2, "done")]
    assert db.execute("SELECT indisvalid FROM pg_index WHERE indexrelid ="
                      " to_regclass('users_created')").fetchone() == (True,)  # fmt: skip


def test_the_server_stops_at_once_at_any_moment(
    private_server: Postgres, undisturbed: Any, seed: int, full: bool
) -> None:
    """The run itself reconnects, looks at the ledger and goes on."""
    passed, expected = undisturbed
    for number in sample(passed[1:], seed, 40 if full else 2):
        name = f"crash_{number}"
        with psycopg.connect(private_server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        url = private_server.url(name)
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(runs.USERS.replace("gen_random_uuid()", "NULL").encode())
            plan = runs.plan_for(db)
            with crash(private_server, db, plan, number + 1) as after:
                runs.run(after, plan)
                check_converged(after, expected)


def test_what_was_told_as_done_is_there_although_the_server_commits_later(
    undisturbed: tuple[list[moments.Moment], Any],
) -> None:
    """One that does not wait for its disk may lose the last commits in a crash."""
    settings = ("synchronous_commit=off", "wal_writer_delay=10s")
    server = Postgres(temporary_folder(), name="late", settings=settings).start()
    try:
        with psycopg.connect(server.url(), autocommit=True) as db:
            db.execute(runs.USERS.replace("gen_random_uuid()", "NULL").encode())
            runs.run(db, runs.plan_for(db))
        stop_and_start(server)
        with psycopg.connect(server.url(), autocommit=True) as db:
            check_converged(db, undisturbed[1])
    finally:
        server.stop()


@pytest.fixture(scope="module")
def private_server() -> Iterator[Postgres]:
    """Durable: what was committed before the crash must be there after it."""
    server = Postgres(temporary_folder(), name="crashing")
    server.start()
    yield server
    server.stop()


def plan_with_only_the_index(db: Connection[Any]) -> Plan:
    index = {"name": "users_created", "definition": "USING btree (created_at)"}
    return runs.plan_for(db, ({**runs.ADD_INDEX, "index": {**index, "columns": ["created_at"]}},))


def wait_for_build(db: Connection[Any]) -> None:
    """Until the build waits for the reader's snapshot: its index is there and INVALID."""
    until(
        db,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'",
    )


def wait_until_gone(db: Connection[Any]) -> None:
    until(
        db,
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'zanith/%'",
    )


def until(db: Connection[Any], question: str) -> None:
    for _ in range(3000):
        if db.execute(question.encode()).fetchone() == (True,):
            return
        db.execute("SELECT pg_sleep(0.01)")
    raise AssertionError(f"never true: {question}")


def _gone() -> None:
    """Before there is any session."""
    raise moments.Vanished
