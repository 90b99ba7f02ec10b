from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event
from migrate_core.runner.options import RunOptions
from migrate_core.states import RunState
from tests import runs
from tests.faults import moments

MakeDb = Callable[..., Connection[Any]]
SMALL = RunOptions(batch_rows=100, most_batch_rows=100)
COUNTED = """
CREATE TABLE public."odd % {{}} name" (
    "k 1" text COLLATE "C",
    "k%2" timestamptz,
    amount integer NOT NULL,
    done integer,
    PRIMARY KEY ("k 1", "k%2")
);
INSERT INTO public."odd % {{}} name"
SELECT md5(i::text), timestamptz '2026-01-01 00:00:00.123456+00' + i * interval '1 ms', i
  FROM generate_series(1, 1000) AS i;
""".replace("{{}}", "{}")
ODD = {"op": "backfill", "table": 'public."odd % {} name"', "column": "done"}


def backfill(expression: str, where: str | None = None) -> dict[str, Any]:
    given = {"expression": expression, "where": where}
    return {**ODD, **{name: value for name, value in given.items() if value}}


def value(db: Connection[Any], what: str) -> Any:
    row = db.execute(f'SELECT {what} FROM public."odd % {{}} name"'.encode()).fetchone()
    assert row is not None
    return row[0]


def test_every_row_is_filled_in_batches_by_a_key_of_two_columns(make_db: MakeDb) -> None:
    db = make_db(COUNTED)
    heard: list[Event] = []

    runs.run(db, runs.plan_for(db, (backfill("amount % 7"),)), options=SMALL, listener=heard.append)

    assert value(db, "count(*) FILTER (WHERE done = amount % 7)") == 1000
    batches = [event.detail["rows"] for event in heard if event.kind == "batch_done"]
    assert batches[:10] == [100] * 10
    assert sum(batches) == 1000
    (point,) = ledger.checkpoints(db, ledger.runs(db)[0].run_id)
    assert (point.status, point.changed) == ("done", 1000)
    assert ledger.steps(db)[0].rows == 1000


def test_a_value_that_adds_up_is_written_once_a_row(make_db: MakeDb) -> None:
    """`where` stays true after the update: a second sweep would write every row again."""
    db = make_db(COUNTED)
    add = backfill("coalesce(done, 0) + 1", "amount > 0")

    runs.run(db, runs.plan_for(db, (add,)), options=SMALL)

    assert value(db, "count(*) FILTER (WHERE done = 1)") == 1000


def test_a_value_that_adds_up_is_written_once_a_row_whatever_cuts_it_off(
    make_db: MakeDb, seed: int
) -> None:
    add = backfill("coalesce(done, 0) + 1", "amount > 0")
    db = make_db(COUNTED)
    with moments.traced() as passed:
        runs.run(db, runs.plan_for(db, (add,)), options=SMALL)
    batches = [n for n, (name, _) in enumerate(passed) if name in ("in_batch", "after_batch")]
    for number in (batches[seed % len(batches)], batches[-1]):
        db = make_db(COUNTED)
        plan = runs.plan_for(db, (add,))
        sessions = moments.Sessions(runs.connector(db))
        with moments.at_moment(number, sessions.vanish), pytest.raises(moments.Vanished):
            runs.run(db, plan, connect=sessions, options=SMALL)

        runs.run(db, plan, options=SMALL)

        assert value(db, "count(*) FILTER (WHERE done = 1)") == 1000


def test_a_row_written_behind_the_cursor_is_filled_too(make_db: MakeDb) -> None:
    db = make_db(COUNTED)

    def write_behind(event: Event) -> None:
        if event.kind == "batch_done" and event.detail["processed"] == 500:
            db.execute("INSERT INTO public.\"odd % {} name\" VALUES ('', now(), 5)")

    runs.run(db, runs.plan_for(db, (backfill("amount"),)), options=SMALL, listener=write_behind)

    assert value(db, "count(*) FILTER (WHERE done = amount)") == 1001


def test_a_value_that_stays_null_ends(make_db: MakeDb) -> None:
    db = make_db(COUNTED)

    result = runs.run(db, runs.plan_for(db, (backfill("NULL"),)), options=SMALL)

    assert result.state is RunState.DONE
    assert ledger.steps(db)[0].rows == 1000


def test_an_empty_table_is_filled_at_once(make_db: MakeDb) -> None:
    db = make_db(COUNTED + 'TRUNCATE public."odd % {} name";')

    assert runs.run(db, runs.plan_for(db, (backfill("1"),))).state is RunState.DONE


def test_a_batch_that_takes_too_long_is_tried_in_parts(make_db: MakeDb) -> None:
    db = make_db(COUNTED + 'DELETE FROM public."odd % {} name" WHERE amount > 20;')
    slow = backfill("(SELECT amount FROM pg_sleep(amount * 0 + 0.02))")
    options = RunOptions(batch_rows=1000, batch_timeout_ms=200)

    runs.run(db, runs.plan_for(db, (slow,)), options=options)

    assert value(db, "count(*) FILTER (WHERE done = amount)") == 20
    (point,) = ledger.checkpoints(db, ledger.runs(db)[0].run_id)
    assert point.batch_rows < 1000


def test_the_planner_knows_the_new_values(make_db: MakeDb) -> None:
    db = make_db(COUNTED)

    runs.run(db, runs.plan_for(db, (backfill("1"),)))

    assert db.execute("SELECT null_frac FROM pg_stats WHERE attname = 'done'").fetchone() == (0,)
