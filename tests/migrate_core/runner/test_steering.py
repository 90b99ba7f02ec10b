"""What is asked of a run while it goes on: pause, pace, and what a backfill gives way to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.errors import ConflictError
from migrate_core.ledger import ledger, wishes
from migrate_core.ledger.rows import Event
from migrate_core.runner.session import Session
from migrate_core.states import RunState
from tests import runs
from tests.faults import moments

MakeDb = Callable[..., Connection[Any]]
FILL = (runs.ADD_COLUMN, runs.BACKFILL)
USERS = runs.USERS.replace("gen_random_uuid()", "NULL")


def asking(db: Connection[Any], number: int, **asked: Any) -> Callable[[Event], None]:
    """A listener that asks in the ledger, from another session, after the n-th batch."""
    batches: list[Event] = []

    def listen(event: Event) -> None:
        if event.kind != "batch_done":
            return
        batches.append(event)
        if len(batches) == number:
            assert event.run_id
            api.steer(runs.endpoint_of(db), event.run_id, actor="dee", **asked)

    return listen


def test_a_backfill_pauses_between_two_batches_and_goes_on_behind_them(make_db: MakeDb) -> None:
    db = make_db(USERS)
    plan = runs.plan_for(db, FILL)

    paused = runs.run(db, plan, listener=asking(db, 2, wanted="pause"))

    assert (paused.state, paused.steps_done) == (RunState.PAUSED, 1)
    assert runs.statuses(db) == [(1, 1, "done"), (2, 1, "interrupted")]
    assert db.execute("SELECT count(last_login) FROM users").fetchone() == (1500,)
    word = ledger.events_after(db, 0)[-1]
    assert (word.kind, word.detail["asked_by"]) == ("run_paused", "dee")

    result = runs.run(db, plan)

    assert result.state is RunState.DONE
    assert db.execute("SELECT count(last_login) FROM users").fetchone() == (2500,)
    rows = [e.detail["rows"] for e in ledger.events_after(db, 0) if e.kind == "batch_done"]
    assert sum(rows) == 2500


def test_a_step_of_several_stages_pauses_between_them(make_db: MakeDb) -> None:
    """A foreign key is added in one stage and validated in the next."""
    db = make_db(USERS + "CREATE TABLE notes (id int PRIMARY KEY, user_id int);")
    plan = runs.plan_for(db, (runs.FOREIGN_KEY,))
    pause = runs.Wish("pause")

    def listen(event: Event) -> None:
        if event.kind == "stage_done":
            pause.arm()

    paused = runs.run(db, plan, control=pause, listener=listen)
    convalidated = "SELECT convalidated FROM pg_constraint WHERE conname = 'notes_user'"

    assert paused.state is RunState.PAUSED
    assert db.execute(convalidated).fetchone() == (False,)
    assert runs.run(db, plan).state is RunState.DONE
    assert db.execute(convalidated).fetchone() == (True,)


def test_a_wish_of_before_does_not_stop_the_resume_but_the_pace_stays(make_db: MakeDb) -> None:
    db = make_db(USERS)
    plan = runs.plan_for(db, FILL)
    runs.run(db, plan, listener=asking(db, 1, wanted="pause", pace=50))

    runs.run(db, plan)

    paces = [e.detail["pace"] for e in ledger.events_after(db, 0) if e.kind == "batch_done"]
    assert paces == [100] + [50] * (len(paces) - 1)


def test_a_pace_rests_in_proportion_to_the_work(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backfill at 25 percent of the time asks for three times the rest of one at 50 percent."""
    slept: list[float] = []
    monkeypatch.setattr(Session, "sleep", lambda self, seconds: slept.append(seconds))
    db = make_db(USERS)
    plan = runs.plan_for(db, FILL)

    runs.run(db, plan, listener=asking(db, 1, pace=25))

    batches = [e for e in ledger.events_after(db, 0) if e.kind == "batch_done"]
    worked = sum(e.detail["elapsed_ms"] for e in batches[1:]) / 1000
    assert sum(slept) >= 3 * worked


def test_a_cancel_asked_in_the_ledger_ends_a_long_statement(make_db: MakeDb) -> None:
    db = make_db(USERS)
    slow = {**runs.BACKFILL, "expression": "(SELECT created_at FROM pg_sleep(30))"}
    plan = runs.plan_for(db, (runs.ADD_COLUMN, slow))

    def listen(event: Event) -> None:
        if event.kind == "step_running" and event.step == 2:
            assert event.run_id
            api.steer(runs.endpoint_of(db), event.run_id, actor="dee", wanted="cancel")

    assert runs.run(db, plan, listener=listen).state is RunState.CANCELLED


def test_a_backfill_gives_way_while_sessions_queue_for_locks(make_db: MakeDb) -> None:
    """Two others block each other; the backfill waits, says so, and goes on when they are done."""
    db = make_db(USERS + "CREATE TABLE elsewhere (id int);")
    plan = runs.plan_for(db, FILL)
    with closing(runs.another(db)) as holder, closing(runs.another(db)) as waiter:
        holder.execute("BEGIN; LOCK TABLE elsewhere")
        queue = threading.Thread(target=waiter.execute, args=(b"BEGIN; LOCK TABLE elsewhere",))

        def listen(event: Event) -> None:
            if event.kind == "batch_done" and not queue.ident:
                queue.start()
                db.execute("SELECT pg_sleep(1.1)")
            if event.kind == "batch_waiting":
                holder.execute("ROLLBACK")
                queue.join()

        options = msgspec.structs.replace(runs.QUICK, most_lock_waits=0, strain_seconds=0)
        result = runs.run(db, plan, options=options, listener=listen)

    assert result.state is RunState.DONE
    events = ledger.events_after(db, 0)
    (waited,) = [e.detail["why"] for e in events if e.kind == "batch_waiting"]
    assert waited == [
        {"signal": "lock_waits", "says": "1 sessions wait for locks", "value": 1, "limit": 0}
    ]


def test_a_backfill_tells_how_many_rows_it_leaves(make_db: MakeDb) -> None:
    """Written by the application after the last sweep: found by the count, and told."""
    db = make_db(USERS)
    plan = runs.plan_for(db, FILL)

    def write(name: str, step: int | None) -> None:
        if name == "before_count":
            db.execute("INSERT INTO users (id, email) VALUES (9001, 'late'), (9002, 'later')")

    with moments.armed(write):
        runs.run(db, plan)

    done = [e for e in ledger.events_after(db, 0) if e.kind == "stage_done" and e.step == 2]
    assert [e.detail["left"] for e in done] == [2]


def test_a_run_that_is_over_cannot_be_steered(make_db: MakeDb) -> None:
    db = make_db(USERS)
    result = runs.run(db, runs.plan_for(db, FILL))

    with pytest.raises(ConflictError, match="is done"):
        api.steer(runs.endpoint_of(db), result.run_id, actor="dee", wanted="pause")
    assert wishes.asked(db, result.run_id) == wishes.Asked()
