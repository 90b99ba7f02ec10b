from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.errors import ConflictError, StepFailedError
from migrate_core.ledger import ledger
from tests import runs
from tests.auditor import audit

pytestmark = pytest.mark.db

MakeDb = Callable[..., Connection[Any]]
CHECK = {
    "op": "addCheck",
    "table": "public.users",
    "constraint": {"name": "few", "type": "check", "definition": "CHECK ((id < 100))"},
}


def stopped(make_db: MakeDb) -> Connection[Any]:
    """A run whose third step has committed its first stage, and fails in its second."""
    db = make_db(runs.USERS)
    with pytest.raises(StepFailedError, match="step 3"):
        runs.run(db, runs.plan_for(db, [runs.ADD_COLUMN, runs.SOFT_DROP, CHECK]))
    return db


def test_what_a_broken_step_left_is_named_and_stays(make_db: MakeDb) -> None:
    db = stopped(make_db)

    (told,) = api.undos(runs.endpoint_of(db))
    assert told.plan is not None
    runs.run(db, told.plan)

    assert told.is_part
    assert [back.source for back in told.returns] == ["public.users.legacy_uuid"]
    assert told.stays == (
        "step 3 (addCheck public.users.few) stopped after stage 1 of 2: what that made stays",
    )
    assert db.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'few'").fetchone()
    assert [(run.direction, run.state.value) for run in ledger.runs(db)] == [
        ("up", "closed"),
        ("down", "done"),
    ]
    assert audit(db) == []


def test_a_run_whose_undoing_has_begun_does_not_go_on(make_db: MakeDb) -> None:
    db = stopped(make_db)
    plan = api.recorded_plan(runs.endpoint_of(db), ledger.runs(db)[0].run_id)
    down = api.down(runs.endpoint_of(db))
    runs.stop_after(db, down, 1)

    with pytest.raises(ConflictError, match="is being undone"):
        runs.run(db, plan)
    runs.run(db, down)

    assert db.execute("SELECT count(legacy_uuid) FROM users").fetchone() == (2500,)
    assert audit(db) == []


def test_a_column_that_forbade_null_comes_back_nullable_where_rows_were_written_since(
    make_db: MakeDb,
) -> None:
    db = make_db(runs.USERS + "ALTER TABLE users ALTER legacy_uuid SET NOT NULL")
    runs.run(db, runs.plan_for(db, [runs.SOFT_DROP]))
    db.execute("INSERT INTO users (id, email) VALUES (9000, 'new')")

    (told,) = api.undos(runs.endpoint_of(db))
    assert told.plan is not None
    runs.run(db, told.plan)

    assert told.returns[0].nullable
    assert db.execute("SELECT count(legacy_uuid), count(*) FROM users").fetchone() == (2500, 2501)
