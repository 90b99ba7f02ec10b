"""Columns are split and merged under writers that never stop: every row is as it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, connect

from migrate_core import api
from migrate_core.errors import StepFailedError, UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.ddl import Statement
from migrate_core.runner.options import RunOptions
from tests import runs

MakeDb = Callable[..., Connection[Any]]
ROWS = 20_000
USERS = f"""
CREATE TABLE users (id bigint PRIMARY KEY, full_name text, age integer DEFAULT 0);
INSERT INTO users SELECT i, 'Anna' || i || ' Berg' || i FROM generate_series(1, {ROWS}) AS i;
"""
SPLIT: dict[str, Any] = {
    "op": "splitColumn",
    "table": "public.users",
    "column": "full_name",
    "into": [
        {
            "column": {"name": "first_name", "type": "text", "not_null": True},
            "expression": "split_part(full_name, ' ', 1)",
        },
        {
            "column": {"name": "last_name", "type": "text"},
            "expression": "split_part(full_name, ' ', 2)",
        },
    ],
}
MERGE: dict[str, Any] = {
    "op": "mergeColumns",
    "table": "public.users",
    "columns": ["full_name", "age"],
    "into": {
        "column": {"name": "label", "type": "text", "not_null": True},
        "expression": "full_name || ' ' || age",
    },
}
NUMBERS: dict[str, Any] = {
    "op": "splitColumn",
    "table": "public.users",
    "column": "full_name",
    "into": [
        {
            "column": {"name": "number", "type": "integer"},
            "expression": "substring(full_name FROM 'Berg(.*)$')::integer",
        }
    ],
}


class Writer(threading.Thread):
    """Inserts, updates and deletes whole names until it is told to stop."""

    def __init__(self, db: Connection[Any], number: int) -> None:
        super().__init__(daemon=True)
        self.conn = connect(**runs.endpoint_of(db).keywords(), autocommit=True)
        self.number = number
        self.over = threading.Event()
        self.written = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._write()
                self.written += 1
        except BaseException as error:  # noqa: BLE001 - the test tells it
            self.failure = error

    def _write(self) -> None:
        name = f"W{self.number} N{self.written}"
        at = self.written * 37 % ROWS
        mine = (
            " WHERE id = (SELECT id FROM users WHERE id > %s AND id %% 2 = %s ORDER BY id LIMIT 1)"
        )
        match self.written % 4:
            case 0:
                new = ROWS + 1 + self.number + 10 * self.written
                self.conn.execute("INSERT INTO users VALUES (%s, %s)", [new, name])
            case 1:
                self.conn.execute(f"UPDATE users SET full_name = %s{mine}",
                                  [name, at, self.number])  # fmt: skip
            case 2:
                self.conn.execute(f"UPDATE users SET age = age + 1{mine}", [at, self.number])
            case 3:
                self.conn.execute(f"DELETE FROM users{mine}", [at, self.number])


class WritersUntilTheEnd:
    """Two of them, who stop before the trigger is dropped: afterwards they would have to say the
    new columns. Then wrong rows are counted."""

    def __init__(self, db: Connection[Any], wrong: str) -> None:
        self.writers = [Writer(db, 0), Writer(db, 1)]
        self.wrong, self.found = wrong, -1

    def start(self) -> None:
        for writer in self.writers:
            writer.start()

    def stop(self) -> None:
        for writer in self.writers:
            writer.over.set()
        for writer in self.writers:
            writer.join(30)
            writer.conn.close()

    def before_statement(self, conn: Connection[Any], statement: Statement) -> None:
        if statement.sql.startswith("DROP TRIGGER"):
            self.stop()

    def after_statement(self, conn: Connection[Any], statement: Statement) -> None:
        if statement.sql.startswith("DROP TRIGGER"):
            row = conn.execute(f"SELECT count(*) FROM public.users WHERE {self.wrong}").fetchone()
            self.found = row[0] if row else -1


def count(db: Connection[Any], where: str) -> int:
    row = db.execute(f"SELECT count(*) FROM users WHERE {where}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        (
            SPLIT,
            "first_name IS DISTINCT FROM split_part(full_name, ' ', 1)"
            " OR last_name IS DISTINCT FROM split_part(full_name, ' ', 2)",
        ),
        (MERGE, "label IS DISTINCT FROM full_name || ' ' || age"),
    ],
)
def test_new_columns_are_right_under_writers(
    make_db: MakeDb, operation: dict[str, Any], wrong: str
) -> None:
    db = make_db(USERS)
    around = WritersUntilTheEnd(db, wrong)
    options = RunOptions(batch_rows=500, longest_sleep_seconds=0.2, observer=around)
    plan = runs.plan_for(db, [operation])
    around.start()

    try:
        runs.run(db, plan, options=options)
    finally:
        around.stop()

    assert [writer.failure for writer in around.writers] == [None, None]
    assert all(writer.written > 20 for writer in around.writers)
    assert around.found == 0
    assert (
        db.execute("SELECT proname FROM pg_proc WHERE proname ~ '^_zanith_sync'").fetchall() == []
    )


def test_a_row_that_does_not_fit_fails_the_step_and_no_writer(make_db: MakeDb) -> None:
    """Writers go on while the step has failed; mended, it goes on where it stopped."""
    db = make_db(USERS + "UPDATE users SET full_name = 'Cher' WHERE id = 15000;")
    plan = runs.plan_for(db, [NUMBERS])
    db.execute("UPDATE users SET full_name = 'Anna Bergen' WHERE id = 15000")

    with pytest.raises(StepFailedError, match="invalid input syntax"):
        runs.run(db, plan)
    db.execute("UPDATE users SET full_name = 'Bea Bergamot' WHERE id = 1")
    assert count(db, "id = 1 AND number IS NULL") == 1
    db.execute("UPDATE users SET full_name = 'Anna15000 Berg15000' WHERE id = 15000")
    with pytest.raises(StepFailedError, match="invalid input syntax"):
        runs.run(db, plan)
    db.execute("UPDATE users SET full_name = 'Cher' WHERE id = 1")
    runs.run(db, plan)

    assert count(db, "number IS DISTINCT FROM nullif(id, 1)") == 0


def test_an_expression_that_changes_by_itself_is_refused(make_db: MakeDb) -> None:
    db = make_db(USERS)
    into = {"column": {"name": "token", "type": "uuid"}, "expression": "gen_random_uuid()"}

    with pytest.raises(StepFailedError, match=r"users does not hold in token what was asked for"):
        runs.run(db, runs.plan_for(db, [{**NUMBERS, "into": [into]}]))


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("full_name || first", 'column "first" does not exist'),
        ("count(*)", "aggregate functions are not allowed in UPDATE"),
        ("users.full_name::xml", "is of type xml"),
    ],
)
def test_what_is_no_value_of_a_row_changes_nothing(
    make_db: MakeDb, expression: str, problem: str
) -> None:
    db = make_db(USERS)
    before = read_graph(db)
    into = {"column": {"name": "first", "type": "integer"}, "expression": expression}

    with pytest.raises(StepFailedError, match=problem):
        runs.run(db, runs.plan_for(db, [{**NUMBERS, "into": [into]}]))

    assert read_graph(db) == before


def test_undoing_a_split_parks_every_column_it_made(make_db: MakeDb) -> None:
    db = make_db(USERS)
    before = read_graph(db)
    runs.run(db, runs.plan_for(db, [SPLIT]))
    db.execute("UPDATE users SET last_name = 'else' WHERE id = 1")

    plan = api.down(runs.endpoint_of(db))
    runs.run(db, plan)

    assert [(step.kind, step.label) for step in plan.steps] == [
        ("softDropColumn", "public.users.first_name"),
        ("softDropColumn", "public.users.last_name"),
    ]
    assert read_graph(db).normal() == before.normal()
    parked = db.execute("SELECT source, row_count FROM _zanith_migration_artifacts ORDER BY id")
    assert parked.fetchall() == [
        ("public.users.first_name", ROWS),
        ("public.users.last_name", ROWS),
    ]


@pytest.mark.parametrize(
    ("ddl", "change", "problem"),
    [
        ("", {"column": "name"}, r"column public\.users\.name does not exist"),
        ("", {"into": []}, "at least one"),
        ("ALTER TABLE users ADD first_name text", {}, "first_name exists already"),
        ("ALTER TABLE users DROP CONSTRAINT users_pkey", {}, "add one first"),
        ("CREATE TABLE heirs () INHERITS (users)", {}, "use addColumn and backfill"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_way_out(
    make_db: MakeDb, ddl: str, change: dict[str, Any], problem: str
) -> None:
    db = make_db(f"{USERS}{ddl}")

    with pytest.raises(UnboundOperationError, match=problem):
        runs.plan_for(db, [{**SPLIT, **change}])


@pytest.mark.parametrize(
    ("column", "expression", "problem"),
    [
        ({}, "full_name -- whole", "one value, without comments"),
        ({}, "full_name; DROP TABLE users", "one value"),
        ({}, "'full_name", "unterminated"),
        ({}, "upper_name", "use what it is computed from"),
        ({"type": "public.short"}, "full_name", "use its base type"),
        ({"identity": {"always": True, "sequence": "public.s"}}, "1", "use addColumn"),
    ],
)
def test_an_unfit_column_is_refused_with_the_way_out(
    make_db: MakeDb, column: dict[str, Any], expression: str, problem: str
) -> None:
    ddl = (
        "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);"
        "ALTER TABLE users ADD upper_name text GENERATED ALWAYS AS (upper(full_name)) STORED"
    )
    db = make_db(f"{USERS}{ddl}")
    into = [{"column": {"name": "made", "type": "text", **column}, "expression": expression}]

    with pytest.raises(UnboundOperationError, match=problem):
        runs.plan_for(db, [{**SPLIT, "into": into}])
