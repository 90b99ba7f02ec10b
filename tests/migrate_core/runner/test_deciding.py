"""Skipping a step, and saying that it is done: only where the catalog and the plan allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.errors import ConflictError, MigrateError
from migrate_core.ledger import ledger
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
UNIQUE: dict[str, Any] = {
    "op": "addUnique",
    "table": "public.users",
    "constraint": {
        "name": "users_email_key",
        "type": "unique",
        "definition": "UNIQUE (email)",
        "columns": ["email"],
    },
}
NOTE: dict[str, Any] = {
    "op": "addColumn",
    "table": "public.users",
    "column": {"name": "note", "type": "text"},
}
NOT_NULL: dict[str, Any] = {
    "op": "alterColumnNullable",
    "table": "public.users",
    "column": "last_login",
    "nullable": False,
}
TWINS = runs.USERS + "INSERT INTO users (id, email) VALUES (0, 'user1');"


def stopped(db: Connection[Any], *operations: dict[str, Any]) -> tuple[Any, UUID]:
    """A run that failed at some step."""
    plan = runs.plan_for(db, operations)
    with pytest.raises(MigrateError):
        runs.run(db, plan)
    return plan, ledger.runs(db)[0].run_id


def skip(db: Connection[Any], run_id: UUID, step: int) -> None:
    api.skip_step(runs.endpoint_of(db), run_id, step, actor="dee", reason="later")


def mark(db: Connection[Any], run_id: UUID, step: int) -> None:
    api.mark_step_done(runs.endpoint_of(db), run_id, step, actor="dee", reason="by hand")


def test_a_failed_step_that_nothing_needs_is_skipped_and_the_run_goes_on(make_db: MakeDb) -> None:
    db = make_db(TWINS)
    plan, run_id = stopped(db, runs.ADD_COLUMN, UNIQUE, NOTE)

    skip(db, run_id, 2)
    result = runs.run(db, plan)

    assert (result.state, result.steps_done, result.unexpected) == (RunState.DONE, 2, ())
    assert runs.statuses(db) == [
        (1, 1, "done"), (2, 1, "failed"), (2, 2, "skipped"), (3, 1, "done")
    ]  # fmt: skip
    (event,) = [e for e in ledger.events_after(db, 0) if e.kind == "step_skipped"]
    assert (event.actor, event.detail["reason"], event.attempt) == ("dee", "later", 2)


def test_a_step_that_a_later_one_needs_is_not_skipped(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    broken = {**runs.BACKFILL, "expression": "(1 / (id - 7))::text::timestamptz"}
    _, run_id = stopped(db, runs.ADD_COLUMN, broken, NOT_NULL)

    with pytest.raises(ConflictError, match="cannot be skipped") as refusal:
        skip(db, run_id, 2)

    assert "Step 3 (alterColumnNullable public.users.last_login)" in refusal.value.detail
    assert runs.statuses(db)[1:] == [(2, 1, "failed"), (3, 1, "pending")]


def test_a_step_on_which_the_next_stands_is_not_skipped(make_db: MakeDb) -> None:
    """Its own subject is another, but without the column it cannot be bound."""
    db = make_db(runs.USERS)
    at_once = runs.Wish("stop_after_step")
    at_once.arm()
    runs.run(db, runs.plan_for(db, (runs.ADD_COLUMN, runs.ADD_INDEX)), control=at_once)

    with pytest.raises(ConflictError) as refusal:
        skip(db, ledger.runs(db)[0].run_id, 1)

    assert "Step 2 (addIndex" in refusal.value.detail


def test_a_step_of_which_a_part_stands_is_not_skipped(make_db: MakeDb) -> None:
    """The first stage of a foreign key is committed; its second found an orphan."""
    db = make_db(runs.USERS + "CREATE TABLE notes (id int PRIMARY KEY, user_id int);"
                 "INSERT INTO notes VALUES (1, -1);")  # fmt: skip
    _, run_id = stopped(db, runs.FOREIGN_KEY)

    with pytest.raises(ConflictError) as refusal:
        skip(db, run_id, 1)

    assert "constraint public.notes.notes_user" in refusal.value.detail


def test_a_step_that_was_done_by_hand_is_marked_as_done(make_db: MakeDb) -> None:
    db = make_db(TWINS)
    plan, run_id = stopped(db, runs.ADD_COLUMN, UNIQUE, NOTE)
    db.execute("DELETE FROM users WHERE id = 0")
    db.execute("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)")

    mark(db, run_id, 2)
    result = runs.run(db, plan)

    assert (result.state, result.steps_done) == (RunState.DONE, 3)
    assert runs.statuses(db)[1:3] == [(2, 1, "failed"), (2, 2, "done")]
    marked = [e for e in ledger.events_after(db, 0) if e.detail.get("marked")]
    assert [(e.kind, e.step, e.detail["marked"]) for e in marked] == [("step_done", 2, "by hand")]


def test_what_the_catalog_does_not_prove_is_not_marked_as_done(make_db: MakeDb) -> None:
    db = make_db(TWINS)
    _, run_id = stopped(db, runs.ADD_COLUMN, UNIQUE, NOTE)

    with pytest.raises(ConflictError) as refusal:
        mark(db, run_id, 2)
    assert "users_email_key" in refusal.value.detail

    with pytest.raises(ConflictError, match="cannot be marked") as refusal:
        mark(db, run_id, 3)
    assert "not the one that the run stopped at" in refusal.value.detail
    assert runs.statuses(db)[1:] == [(2, 1, "failed"), (3, 1, "pending")]


def test_a_step_that_writes_rows_is_not_marked_as_done(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    broken = {**runs.BACKFILL, "expression": "(1 / (id - 7))::text::timestamptz"}
    _, run_id = stopped(db, runs.ADD_COLUMN, broken)

    found = api.choices(runs.endpoint_of(db), run_id)

    assert found is not None
    assert (found.step, found.not_skipped) == (2, None)
    assert "does not show" in str(found.not_marked)
