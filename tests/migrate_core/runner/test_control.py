from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]


def test_a_person_may_stop_it_after_a_step_and_resume(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    plan = runs.plan_for(db)

    paused = runs.stop_after(db, plan, step=2)
    result = runs.run(db, plan)

    assert (paused.state, paused.steps_done) == (RunState.PAUSED, 2)
    assert (result.state, result.steps_done) == (RunState.DONE, 4)
    kinds = runs.kinds_of(ledger.events_after(db, 0))
    assert [k for k in kinds if k.startswith("run_")] == [
        "run_started",
        "run_paused",
        "run_resumed",
        "run_done",
    ]


def test_a_person_may_cancel_a_statement_under_way(make_db: MakeDb) -> None:
    db = make_db(runs.USERS)
    slow = {**runs.BACKFILL, "expression": "(SELECT created_at FROM pg_sleep(30))"}
    plan = runs.plan_for(db, (runs.ADD_COLUMN, slow))
    cancel = runs.Wish("cancel")

    def when_running(event: Event) -> None:
        if event.kind == "step_running" and event.step == 2:
            cancel.arm()

    result = runs.run(db, plan, control=cancel, listener=when_running)

    assert (result.state, result.steps_done) == (RunState.CANCELLED, 1)
    assert runs.statuses(db)[-1] == (2, 1, "failed")
