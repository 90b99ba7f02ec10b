from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import Connection, IsolationLevel

from migrate_core.errors import ConflictError, StepFailedError
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event
from migrate_core.runner.options import RunOptions
from migrate_core.states import RunState
from tests import runs
from tests.faults import moments

MakeDb = Callable[..., Connection[Any]]
UNIQUE: dict[str, Any] = {
    "op": "addIndex",
    "table": "public.users",
    "index": {
        "name": "users_email",
        "definition": "USING btree (email)",
        "columns": ["email"],
        "unique": True,
    },
}
VACUUM: dict[str, Any] = {"op": "rawSql", "sql": "VACUUM public.users", "transaction": False}
VALIDITY = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('users_email')"


@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE UNIQUE INDEX users_email ON users (email)",  # the very same
        "CREATE INDEX users_email ON users (id)",
        "CREATE SEQUENCE users_email",
    ],
)
def test_what_stands_there_and_is_not_ours_is_a_conflict(make_db: MakeDb, theirs: str) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (UNIQUE,))
    db.execute(theirs.encode())

    with pytest.raises(ConflictError, match="finds what it did not make"):
        runs.run(db, plan)

    assert runs.statuses(db) == [(1, 1, "failed")]
    assert db.execute("SELECT to_regclass('users_email') IS NOT NULL").fetchone() == (True,)


def test_a_build_that_fails_leaves_no_invalid_index_and_is_built_again(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (UNIQUE,))
    db.execute("UPDATE users SET email = 'user1' WHERE id = 2")

    with pytest.raises(StepFailedError) as failed:
        runs.run(db, plan)

    assert failed.value.sqlstate == "23505"
    assert db.execute(VALIDITY).fetchone() is None
    db.execute("UPDATE users SET email = 'user2' WHERE id = 2")
    assert runs.run(db, plan).state is RunState.DONE
    assert db.execute(VALIDITY).fetchone() == (True,)


def test_an_index_that_was_built_but_not_recorded_is_taken_as_ours(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (UNIQUE,))
    sessions = moments.Sessions(runs.connector(db))
    with moments.traced() as passed:
        runs.run(make_db(runs.USERS), plan)
    built = passed.index(("after_concurrent", 1))
    with moments.at_moment(built, sessions.vanish), pytest.raises(moments.Vanished):
        runs.run(db, plan, connect=sessions)
    made = db.execute("SELECT to_regclass('users_email')::oid").fetchone()

    runs.run(db, plan)

    assert runs.statuses(db) == [(1, 1, "interrupted"), (1, 2, "done")]
    assert db.execute("SELECT to_regclass('users_email')::oid").fetchone() == made


def test_the_watch_says_what_a_build_waits_for(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (UNIQUE,))
    heard: list[Event] = []
    with psycopg.connect(db.info.dsn, password=db.info.password) as reader:
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1 FROM users LIMIT 1")

        def let_go(event: Event) -> None:
            heard.append(event)
            if event.kind == "lock_waiting":
                reader.rollback()

        pid = reader.info.backend_pid
        result = runs.run(db, plan, listener=let_go)

    assert result.state is RunState.DONE
    (wait,) = [event.detail for event in heard if event.kind == "lock_waiting"]
    assert [blocker["pid"] for blocker in wait["blockers"]] == [pid]
    assert heard == list(ledger.events_after(db, 0))


def test_a_build_that_waits_may_be_cancelled(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (UNIQUE,))
    with (
        psycopg.connect(db.info.dsn, password=db.info.password) as reader,
        ThreadPoolExecutor(1) as runner,
    ):
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1 FROM users LIMIT 1")
        wish = runs.Wish("cancel")

        def cancel(event: Event) -> None:
            if event.kind == "lock_waiting":
                wish.arm()

        result = runner.submit(runs.run, db, plan, listener=cancel, control=wish).result()
        reader.rollback()

    assert result.state is RunState.CANCELLED
    assert runs.run(db, plan).state is RunState.DONE
    assert db.execute(VALIDITY).fetchone() == (True,)


def test_raw_sql_cut_off_outside_a_transaction_is_repeated_only_when_a_person_says_so(
    make_db: MakeDb,
) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db, (VACUUM,))
    sessions = moments.Sessions(runs.connector(db))
    with moments.traced() as passed:
        runs.run(make_db(runs.USERS), plan)
    ran = passed.index(("after_concurrent", 1))
    with moments.at_moment(ran, sessions.vanish), pytest.raises(moments.Vanished):
        runs.run(db, plan, connect=sessions)

    for _ in range(2):
        with pytest.raises(ConflictError, match="cut off outside a transaction"):
            runs.run(db, plan)
    allowed: RunOptions = msgspec.structs.replace(runs.QUICK, repeat_in_doubt=True)
    result = runs.run(db, plan, options=allowed)

    assert result.state is RunState.DONE
    assert [status for _, _, status in runs.statuses(db)] == [
        "interrupted",
        "failed",
        "failed",
        "done",
    ]
