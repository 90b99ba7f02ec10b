"""A table is made anew under writers that never stop: no row is lost, none is written twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, connect

from migrate_core import api
from migrate_core.errors import StepFailedError, UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger.rows import Event
from migrate_core.pg.ddl import Statement
from migrate_core.recovery.artifacts import ArtifactGoneError, artifacts, inspect
from migrate_core.recovery.preview import preview
from migrate_core.recovery.restore import plan_purge, plan_restore
from migrate_core.runner.options import RunOptions
from tests import runs

MakeDb = Callable[..., Connection[Any]]
ROWS = 20_000
ACCOUNTS = """
CREATE TABLE owners (id integer PRIMARY KEY);
INSERT INTO owners SELECT generate_series(1, 50);
CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id integer CONSTRAINT accounts_owner REFERENCES owners ON DELETE CASCADE,
    name text CONSTRAINT accounts_name UNIQUE,
    touched integer NOT NULL DEFAULT 0,
    twice integer GENERATED ALWAYS AS (touched * 2) STORED
);
CREATE INDEX accounts_by_owner ON accounts (owner_id);
CREATE TABLE visits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT visits_account REFERENCES accounts ON DELETE CASCADE
);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.accounts SET touched = touched + 1 WHERE id = NEW.id;
    RETURN NULL;
END $$;
-- It fires before ours, so that ours is told of the row as it was before.
CREATE TRIGGER "Again" AFTER INSERT OR UPDATE OF name ON accounts
    FOR EACH ROW EXECUTE FUNCTION touch();
"""
DATA = f"""
ALTER TABLE accounts DISABLE TRIGGER "Again";
INSERT INTO accounts (owner_id, name)
SELECT 1 + i % 40, 'a' || i FROM generate_series(1, {ROWS}) AS i;
ALTER TABLE accounts ENABLE TRIGGER "Again";
INSERT INTO visits (account_id) SELECT i FROM generate_series(1, {ROWS}, 9) AS i;
CREATE TABLE _zanith_oracle AS SELECT id, owner_id, name, touched FROM accounts;
ALTER TABLE _zanith_oracle ADD PRIMARY KEY (id);
"""
REBUILD: dict[str, Any] = {
    "op": "rebuildTable",
    "table": "public.accounts",
    "columns": ["id", "touched", "twice", "owner_id", "name"],
    "options": ["fillfactor=80"],
}
OPTIONS = RunOptions(batch_rows=500, most_batch_rows=1000, longest_sleep_seconds=0.2)


class Writer(threading.Thread):
    """Inserts, updates, renumbers and deletes; each transaction tells the oracle too, and one in
    ten is rolled back."""

    def __init__(self, db: Connection[Any], number: int) -> None:
        super().__init__(daemon=True)
        self.conn = connect(**runs.endpoint_of(db).keywords(), prepare_threshold=None)
        self.number, self.chance = number, random.Random(number)
        self.over = threading.Event()
        self.written = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._write()
                if self.written % 10 == 9:
                    self.conn.rollback()
                else:
                    self.conn.commit()
                self.written += 1
        except BaseException as error:  # noqa: BLE001 - the test tells it
            self.failure = error

    def stop(self) -> None:
        self.over.set()
        self.join(30)
        self.conn.close()

    def _write(self) -> None:
        run, name = self.conn.execute, f"w{self.number}_{self.written}"
        turn = self.written % 5
        if turn == 0:
            made = run("INSERT INTO accounts (owner_id, name) VALUES (7, %s) RETURNING id",
                       [name]).fetchone()  # fmt: skip
            assert made is not None
            run("INSERT INTO _zanith_oracle VALUES (%s, 7, %s, 1)", [made[0], name])
            return
        picked = run("SELECT id FROM accounts WHERE id %% 2 = %s AND id > %s ORDER BY id LIMIT 1"
                     " FOR UPDATE SKIP LOCKED",
                     [self.number, self.chance.randrange(ROWS)]).fetchone()  # fmt: skip
        if picked is None:
            return
        if turn == 4:
            run("DELETE FROM accounts WHERE id = %s", picked)
            run("DELETE FROM _zanith_oracle WHERE id = %s", picked)
        elif turn == 3:  # another key, before or behind the copy
            to = picked[0] + self.chance.choice([-1, 1]) * 1_000_000 * (1 + self.written)
            self._renumber(picked[0], to)
        elif turn == 2:
            run("UPDATE accounts SET name = %s WHERE id = %s", [name, *picked])
            run("UPDATE _zanith_oracle SET name = %s, touched = touched + 1 WHERE id = %s",
                [name, *picked])  # fmt: skip
        else:
            run("UPDATE accounts SET owner_id = 9 WHERE id = %s", picked)
            run("UPDATE _zanith_oracle SET owner_id = 9 WHERE id = %s", picked)

    def _renumber(self, old: int, new: int) -> None:
        """An identity that is always generated is not updated: the row goes and comes back."""
        row = self.conn.execute(
            "DELETE FROM accounts WHERE id = %s RETURNING owner_id, touched", [old]
        ).fetchone()
        assert row is not None
        self.conn.execute(
            "INSERT INTO accounts (id, owner_id, name, touched) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, %s, NULL, %s)",
            [new, *row],
        )
        self.conn.execute("DELETE FROM _zanith_oracle WHERE id = %s", [old])
        self.conn.execute(
            "INSERT INTO _zanith_oracle VALUES (%s, %s, NULL, %s)", [new, row[0], row[1] + 1]
        )


def apart(db: Connection[Any]) -> list[Any]:
    one = "SELECT id, owner_id, name, touched FROM accounts"
    other = "SELECT id, owner_id, name, touched FROM _zanith_oracle"
    found = db.execute(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})")
    return found.fetchall()


def one(db: Connection[Any], sql: str) -> Any:
    row = db.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


class AfterBatch:
    """Does something once a batch is done, by a session of its own."""

    def __init__(self, db: Connection[Any], *sql: str, batch: int = 3) -> None:
        self.db, self.sql, self.left = db, sql, batch

    def __call__(self, event: Event) -> None:
        if event.kind == "batch_done":
            self.left -= 1
            if self.left == 0:
                for sql in self.sql:
                    self.db.execute(sql.encode())


def test_no_row_is_lost_while_writers_go_on(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    before = read_graph(db)
    plan = runs.plan_for(db, [REBUILD])
    writers = [Writer(db, 0), Writer(db, 1)]
    for writer in writers:
        writer.start()

    try:
        runs.run(db, plan, options=OPTIONS)
    finally:
        for writer in writers:
            writer.stop()

    assert [writer.failure for writer in writers] == [None, None]
    assert all(writer.written > 20 for writer in writers)
    assert apart(db) == []
    assert one(db, "SELECT count(*) FROM accounts WHERE twice <> touched * 2") == 0
    assert one(db, "SELECT count(*) FROM visits WHERE account_id NOT IN"
                   " (SELECT id FROM accounts)") == 0  # fmt: skip
    assert read_graph(db).normal() == plan.steps[0].operation.apply(before).normal()
    order = "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute"
    where = " WHERE attrelid = 'accounts'::regclass AND attnum > 0"
    assert one(db, order + where) == REBUILD["columns"]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (["DELETE FROM accounts WHERE id % 3 = 0"], ROWS - ROWS // 3),
        (["TRUNCATE accounts CASCADE"], 0),
        (["TRUNCATE accounts CASCADE", "INSERT INTO accounts (name) VALUES ('new')"], 1),
        (["DELETE FROM owners WHERE id <= 20"], ROWS // 2),
        (["UPDATE accounts SET id = DEFAULT WHERE id <= 1000 AND id % 9 <> 1"], ROWS),
        (["INSERT INTO accounts (name) VALUES ('new')", "DELETE FROM accounts WHERE id = 5"], ROWS),
        (
            ["WITH gone AS (DELETE FROM accounts WHERE id = 5 RETURNING owner_id)"
             " INSERT INTO accounts (owner_id, name) SELECT owner_id, 'moved' FROM gone"],
            ROWS,
        ),
    ],
)  # fmt: skip
def test_what_is_written_between_batches_is_brought_over(
    make_db: MakeDb, sql: list[str], rows: int
) -> None:
    """The comparison would fail the step; the triggers bring it over in the same transaction."""
    db = make_db(ACCOUNTS + DATA)

    runs.run(db, runs.plan_for(db, [REBUILD]), options=OPTIONS, listener=AfterBatch(db, *sql))

    assert one(db, "SELECT count(*) FROM accounts") == rows
    parked = one(db, "SELECT physical_name FROM _zanith_migration_artifacts")
    columns = "id, owner_id, name, touched, twice"
    both = [f"SELECT {columns} FROM {table}" for table in ("accounts", parked)]
    assert one(db, f"SELECT count(*) FROM ({both[0]} EXCEPT ALL {both[1]}) AS apart") == 0
    assert one(db, f"SELECT count(*) FROM ({both[1]} EXCEPT ALL {both[0]}) AS apart") == 0


def test_a_row_that_went_astray_fails_the_step_before_anything_is_swapped(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    before = read_graph(db)
    twin = "SELECT relname FROM pg_class WHERE relname ~ '^_zanith_new' AND relkind = 'r'"
    plan = runs.plan_for(db, [REBUILD])

    class Spoil:
        def before_statement(self, conn: Connection[Any], statement: Statement) -> None:
            if statement.sql.startswith("CREATE UNIQUE INDEX CONCURRENTLY"):
                db.execute(f"UPDATE {one(db, twin)} SET touched = 9 WHERE id = 77".encode())

        def after_statement(self, conn: Connection[Any], statement: Statement) -> None:
            pass

    options = RunOptions(batch_rows=1000, observer=Spoil())
    with pytest.raises(StepFailedError, match=r"new public\.accounts does not hold"):
        runs.run(db, plan, options=options)
    assert read_graph(db).normal() == before.normal()
    assert one(db, "SELECT count(*) FROM _zanith_migration_artifacts") == 0

    db.execute(f"UPDATE {one(db, twin)} SET touched = 0 WHERE id = 77".encode())
    runs.run(db, plan)
    assert apart(db) == []


def test_an_identity_goes_on_counting_where_it_stood(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA + "SELECT setval('accounts_id_seq', 900000);")

    runs.run(db, runs.plan_for(db, [REBUILD]))

    assert one(db, "INSERT INTO accounts (name) VALUES ('next') RETURNING id") == 900001


def test_whoever_may_write_the_table_need_not_know_of_the_new_one(make_db: MakeDb) -> None:
    db = make_db(f"{ACCOUNTS}{DATA} GRANT ALL ON accounts TO pg_monitor;")
    sql = ("SET ROLE pg_monitor", "INSERT INTO accounts (name) VALUES ('x')", "RESET ROLE")
    db.execute("ALTER FUNCTION touch() SECURITY DEFINER")

    runs.run(db, runs.plan_for(db, [REBUILD]), options=OPTIONS, listener=AfterBatch(db, *sql))

    assert one(db, "SELECT count(*) FROM accounts WHERE name = 'x' AND touched = 1") == 1
    assert one(db, "SELECT has_table_privilege('pg_monitor', 'accounts', 'DELETE')") is True


def test_the_old_table_is_kept_to_be_looked_at_and_destroyed(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    runs.run(db, runs.plan_for(db, [REBUILD]))
    (artifact,) = artifacts(db)

    assert (artifact.kind, artifact.source, artifact.row_count) == (
        "rebuild_table",
        "public.accounts",
        ROWS,
    )
    assert inspect(db, artifact.id).rows_now == ROWS
    with pytest.raises(ArtifactGoneError, match=r"new table has taken the place of public\.acc"):
        plan_restore(db, artifact.id)
    (blocker,) = preview(db, artifact.id).blockers
    assert blocker == "a new table has taken the place of public.accounts"
    runs.run(db, plan_purge(db, artifact.id))
    assert one(db, "SELECT count(*) FROM pg_class WHERE relname ~ '^_zanith_dropped_acc'") == 0
    assert apart(db) == []


def test_undoing_it_rebuilds_it_as_it_was(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    before = read_graph(db)
    runs.run(db, runs.plan_for(db, [REBUILD]))
    db.execute("UPDATE accounts SET owner_id = 3 WHERE id = 8")
    db.execute("UPDATE _zanith_oracle SET owner_id = 3 WHERE id = 8")

    runs.run(db, api.down(runs.endpoint_of(db)))

    assert read_graph(db) == before
    assert apart(db) == []


def test_a_table_with_a_parked_column_is_not_rebuilt(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    drop = {"op": "softDropColumn", "table": "public.accounts", "column": "name"}
    runs.run(db, runs.plan_for(db, [drop]))
    before = read_graph(db)
    columns = ["id", "touched", "twice", "owner_id"]
    rebuild = {**REBUILD, "columns": columns}
    plan = runs.plan_for(db, [rebuild], migration_id="20260102_000000_rebuild")

    with pytest.raises(StepFailedError, match="has parked columns"):
        runs.run(db, plan)

    assert read_graph(db).normal() == before.normal()


def test_a_check_that_needs_the_search_path_of_a_writer_fails_before_any_write_does(
    make_db: MakeDb,
) -> None:
    hidden = (
        "CREATE FUNCTION fine(text) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 <> '' $$;"
        "CREATE FUNCTION known(text) RETURNS boolean LANGUAGE sql AS $$ SELECT fine($1) $$;"
        "ALTER TABLE accounts ADD CHECK (known(name));"
    )
    db = make_db(f"{ACCOUNTS}{DATA}{hidden}")

    with pytest.raises(StepFailedError, match=r"function fine\(text\) does not exist"):
        runs.run(db, runs.plan_for(db, [REBUILD]))

    db.execute("SET search_path TO public")
    db.execute("INSERT INTO accounts (name) VALUES ('still')")


@pytest.mark.parametrize(
    ("ddl", "problem"),
    [
        ("CREATE VIEW seen AS SELECT name FROM accounts", r"view public\.seen would go on"),
        ("CREATE STATISTICS s ON owner_id, name FROM accounts", r"public\.s would go on"),
        ("CREATE PUBLICATION told FOR TABLE accounts", "publication told would go on"),
        ("CREATE PUBLICATION told FOR ALL TABLES", "publication told would go on"),
        (
            "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM accounts; END",
            r"public\.f\(\) would go on",
        ),
        ("CREATE FUNCTION f(accounts) RETURNS int LANGUAGE sql RETURN 1", "would go on"),
        ("CREATE TABLE rows_of (a accounts)", r"public\.rows_of"),
        (
            "CREATE POLICY p ON owners USING (EXISTS (SELECT FROM accounts))",
            r"policy public\.owners\.p would go on",
        ),
        ("ALTER TABLE accounts ADD CONSTRAINT late UNIQUE (name) DEFERRABLE", "late is checked"),
        ("ALTER TABLE accounts FORCE ROW LEVEL SECURITY", "row security is forced"),
        (
            "ALTER TABLE visits DROP CONSTRAINT visits_account;"
            "ALTER TABLE accounts DROP CONSTRAINT accounts_pkey",
            "add one first",
        ),
        ("CREATE TABLE heirs () INHERITS (accounts)", "has partitions or heirs"),
        (
            "CREATE TABLE parts (a bigint REFERENCES accounts) PARTITION BY LIST (a)",
            r"parts_a_fkey of public\.parts ties it",
        ),
    ],
)
def test_what_cannot_be_carried_over_is_refused_by_name(
    make_db: MakeDb, ddl: str, problem: str
) -> None:
    db = make_db(f"{ACCOUNTS}{ddl}")

    with pytest.raises(UnboundOperationError, match=problem):
        runs.plan_for(db, [REBUILD])


def test_columns_have_to_be_named_once_each(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS)

    with pytest.raises(UnboundOperationError, match=r"name each column of public\.accounts once"):
        runs.plan_for(db, [{**REBUILD, "columns": ["id", "name", "name"]}])
