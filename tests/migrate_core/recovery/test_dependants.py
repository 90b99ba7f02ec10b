"""What leans on a parked column or table goes with it, is listed, and comes back equal."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.risk.levels import Level
from migrate_core.schema.fingerprint import changed_objects, fingerprint
from migrate_core.states import RunState
from migrate_core.verify import pg_dump
from migrate_core.verify.dump import normal
from tests import runs

MakeDb = Callable[..., Connection[Any]]
SHOP = """
CREATE TABLE teams (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE users (
    id integer PRIMARY KEY,
    code text NOT NULL DEFAULT 'none' CONSTRAINT users_code_key UNIQUE,
    team integer REFERENCES teams,
    short text GENERATED ALWAYS AS (substr(code, 1, 3)) STORED
);
CREATE TABLE badges (
    id integer PRIMARY KEY, code text CONSTRAINT badges_code_fkey REFERENCES users (code),
    owner integer CONSTRAINT badges_owner_fkey REFERENCES users
);
CREATE VIEW coded AS SELECT u.id, u.code, t.name FROM users AS u JOIN teams AS t ON t.id = u.team;
CREATE VIEW codes AS SELECT DISTINCT code FROM coded;
CREATE MATERIALIZED VIEW counted AS SELECT code, count(*) AS n FROM users GROUP BY code;
CREATE UNIQUE INDEX counted_code ON counted (code);
COMMENT ON VIEW coded IS 'who is called what';
GRANT SELECT ON codes TO pg_monitor;
ALTER VIEW codes OWNER TO pg_monitor;
GRANT UPDATE (code) ON users TO PUBLIC;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (code = current_user);
CREATE POLICY worn ON badges AS RESTRICTIVE USING (code IN (SELECT code FROM users));
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER renamed AFTER UPDATE OF code ON users FOR EACH ROW EXECUTE FUNCTION noted();
CREATE STATISTICS users_stats ON code, team FROM users;
CREATE PUBLICATION teams_and_users FOR TABLE teams, users;
INSERT INTO teams SELECT i, 'team ' || i FROM generate_series(1, 10) AS i;
INSERT INTO users SELECT i, 'code' || i, 1 + i % 10 FROM generate_series(1, 500) AS i;
INSERT INTO badges SELECT i, 'code' || i, i FROM generate_series(1, 500) AS i;
REFRESH MATERIALIZED VIEW counted;
ANALYZE;
CREATE SCHEMA aside;
CREATE TABLE aside.users AS SELECT * FROM users;
CREATE TABLE aside.coded AS SELECT * FROM coded;
CREATE TABLE aside.counted AS SELECT * FROM counted;
"""
COLUMN = {"table": "public.users", "column": "code"}
WAYS: dict[str, dict[str, Any]] = {
    "soft_drop_column": {"op": "softDropColumn", **COLUMN},
    "archive_column": {"op": "archiveColumn", **COLUMN},
    "soft_drop_table": {"op": "softDropTable", "name": "public.users"},
    "archive_table": {"op": "archiveTable", "name": "public.users"},
}
# Of both; the columns' other readers, and the tables', come on top.
GOES_ALONG = (
    "constraint public.badges.badges_code_fkey",
    "materialized view public.counted",
    "policy public.badges.worn",
    "statistics public.users_stats",
    "view public.coded",
    "view public.codes",
)
BOTH_WAYS = (
    "SELECT count(*) FROM ((SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other})"
    " UNION ALL (SELECT {columns} FROM {other} EXCEPT ALL SELECT {columns} FROM {one})) AS d"
)


def dropped(db: Connection[Any], way: dict[str, Any]) -> Any:
    assert runs.run(db, runs.plan_for(db, (way,))).state is RunState.DONE
    (artifact,) = recovery.artifacts(db, kept_only=True)
    return artifact


def restored(db: Connection[Any], artifact: Any) -> None:
    result = runs.run(db, recovery.plan_restore(db, artifact.id))
    assert result.state is RunState.DONE


def dumped(db: Connection[Any]) -> tuple[str, ...]:
    """The schema as pg_dump tells it, with owners and rights."""
    program = pg_dump.find(db.info.server_version // 10_000)
    assert program is not None
    one = runs.endpoint_of(db)
    found = subprocess.run(
        [program, "--schema-only", "-h", one.host, "-p", str(one.port), "-U", one.user, one.dbname],
        capture_output=True,
        text=True,
        check=True,
        env={"PGPASSWORD": one.password, "PATH": ""},
    )
    lines = (line for line in found.stdout.splitlines() if "restrict" not in line)
    # Columns of statistics stand in the order of the table's, where an added one is the last.
    told = normal("\n".join(lines))
    return tuple(text.replace("ON code, team", "ON team, code") for text in told)


def differing(db: Connection[Any], name: str, columns: str) -> int:
    text = BOTH_WAYS.format(one=f"public.{name}", other=f"aside.{name}", columns=columns)
    row = db.execute(text.encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.since(15)
@pytest.mark.parametrize("way", WAYS)
def test_what_leaned_on_it_comes_back_with_it(make_db_on: MakeDb, major: int, way: str) -> None:
    db = make_db_on(major, SHOP)
    before, dump = read_graph(db), dumped(db)

    artifact = dropped(db, WAYS[way])
    db.execute("INSERT INTO teams VALUES (11, 'since')")
    if way.endswith("column"):
        db.execute("UPDATE users SET team = 1 WHERE id = 1")
        db.execute("UPDATE users SET team = 2 WHERE id = 1")
    db.execute("DELETE FROM teams WHERE id = 11")
    listed = recovery.preview(db, artifact.id)
    restored(db, artifact)

    assert set(GOES_ALONG) <= set(listed.returns)
    assert listed.possible
    assert changed_objects(read_graph(db), before) == ()
    assert dumped(db) == dump
    assert differing(db, "users", "id, code, team, short") == 0
    assert differing(db, "coded", "id, code, name") == 0
    assert differing(db, "counted", "code, n") == 0


@pytest.mark.parametrize("way", WAYS)
def test_nothing_goes_on_reading_what_is_parked(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)

    dropped(db, WAYS[way])

    graph = read_graph(db)
    assert (*graph.views, *graph.materialized_views) == ()
    db.execute("INSERT INTO badges VALUES (501, 'of nobody', NULL)")
    if way.endswith("column"):
        db.execute("INSERT INTO users (id, team) VALUES (501, 1), (502, 1)")


def test_a_plan_says_what_goes_along_and_what_that_means(make_db: MakeDb) -> None:
    (step,) = runs.plan_for(make_db(SHOP), (WAYS["soft_drop_column"],)).steps

    said = {reason.code: reason for reason in step.verdict.reasons}
    assert "view public.coded, view public.codes" in said["parks_dependants"].evidence
    assert "generated column public.users.short" in said["parks_dependants"].evidence
    assert "drops_foreign_key" in said
    # The restrictive policy hid rows of badges, which become visible.
    assert ("rls_change", Level.HIGH) in {(r.code, r.level) for r in step.verdict.reasons}


def test_a_whole_table_in_a_publication_is_said_to_be_sent_under_another_name(
    make_db: MakeDb,
) -> None:
    (step,) = runs.plan_for(make_db(SHOP), (WAYS["soft_drop_column"],)).steps

    (reason,) = (r for r in step.verdict.reasons if r.code == "changes_replication")
    assert reason.evidence.startswith("teams_and_users sends the column under its parked name")
    assert reason.level is Level.HIGH


MEANWHILE = {
    "CREATE TABLE coded (id integer)": "view public.coded: the name public.coded is taken",
    "CREATE TABLE x (id integer CONSTRAINT counted_code UNIQUE)":
        "the name public.counted_code is taken by an index of public.x",
    "ALTER TABLE teams ALTER COLUMN name TYPE varchar(90)":
        "column public.teams.name, which is character varying(90) now and was text",
    "ALTER TABLE teams RENAME COLUMN name TO title":
        "column public.teams.name, which is not there",
    "DROP TABLE badges": "public.badges is not there",
    "ALTER TABLE badges ALTER COLUMN code TYPE varchar(90)":
        "column public.badges.code, which is character varying(90) now and was text",
    "CREATE POLICY worn ON badges USING (true)": "policy public.badges.worn is there again",
    "CREATE STATISTICS users_stats ON id, code FROM badges":
        "statistics public.users_stats is there again",
}  # fmt: skip


@pytest.mark.parametrize("way", ["soft_drop_column", "soft_drop_table"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_what_has_no_room_any_more_is_said_before_anything_runs(
    make_db: MakeDb, meanwhile: str, way: str
) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])
    db.execute(meanwhile.encode())
    now = fingerprint(read_graph(db))

    shown = recovery.preview(db, artifact.id)
    with pytest.raises(UnboundOperationError) as refusal:
        recovery.plan_restore(db, artifact.id)

    assert not shown.possible
    assert MEANWHILE[meanwhile] in f"{shown.blockers[0]} {refusal.value.detail}"
    assert fingerprint(read_graph(db)) == now
    assert recovery.find(db, artifact.id).status == "kept"


def test_a_name_of_its_own_taken_meanwhile_is_a_blocker(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["soft_drop_column"])
    db.execute("CREATE INDEX users_code_key ON badges (code)")

    shown = recovery.preview(db, artifact.id)

    assert (
        "the name public.users_code_key is taken by an index of public.badges"
        in (shown.blockers[0])
    )


def test_a_table_restored_without_the_one_that_points_at_it_says_so(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    before = read_graph(db)
    users = dropped(db, WAYS["soft_drop_table"])
    dropped_badges = {"op": "softDropTable", "name": "public.badges"}
    plan = runs.plan_for(db, (dropped_badges,), migration_id="20260102_000000_badges")
    runs.run(db, plan)
    badges = next(a for a in recovery.artifacts(db, kept_only=True) if a.id != users.id)

    assert "public.badges is not there" in recovery.preview(db, users.id).blockers[0]
    restored(db, badges)
    restored(db, users)

    assert changed_objects(read_graph(db), before) == ()


KEYED = """
CREATE TABLE users (code text PRIMARY KEY, age integer);
CREATE TABLE badges (id integer PRIMARY KEY, code text REFERENCES users);
INSERT INTO users SELECT 'code' || i, i FROM generate_series(1, 100) AS i;
INSERT INTO badges SELECT i, 'code' || i FROM generate_series(1, 100) AS i;
"""


def test_a_key_waits_for_the_rows_that_were_written_without_it(make_db: MakeDb) -> None:
    db = make_db(KEYED)
    before = fingerprint(read_graph(db))
    artifact = dropped(db, WAYS["soft_drop_column"])
    db.execute("INSERT INTO users (age) VALUES (101)")

    assert (
        "rows written since hold no value for code"
        in (recovery.preview(db, artifact.id).blockers[0])
    )
    db.execute(
        f"UPDATE users SET {artifact.physical_column} = 'since'"
        f" WHERE {artifact.physical_column} IS NULL".encode()
    )
    restored(db, artifact)

    assert fingerprint(read_graph(db)) == before
    assert db.execute("SELECT age FROM users WHERE code = 'since'").fetchone() == (101,)


COUNTED = """
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 7) PRIMARY KEY,
    n serial, name text
);
CREATE TABLE badges (id integer REFERENCES users);
INSERT INTO users (name) SELECT 'u' || i FROM generate_series(1, 40) AS i;
DELETE FROM users WHERE name > 'u3';
INSERT INTO badges SELECT id FROM users;
"""


@pytest.mark.parametrize(("column", "expected"), [("id", 387), ("n", 42)])
def test_a_column_that_counts_goes_on_from_where_it_was(
    make_db: MakeDb, column: str, expected: int
) -> None:
    db = make_db(COUNTED)
    before = fingerprint(read_graph(db))
    artifact = dropped(db, {"op": "softDropColumn", "table": "public.users", "column": column})
    db.execute("INSERT INTO users (name) VALUES ('since')")
    restored(db, artifact)

    row = db.execute(
        f"INSERT INTO users (name) VALUES ('after') RETURNING {column}".encode()
    ).fetchone()

    assert row == (expected,)
    assert fingerprint(read_graph(db)) == before


def test_a_plain_drop_that_is_made_safe_takes_its_readers_along(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    before = fingerprint(read_graph(db))
    plan = runs.plan_for(db, (WAYS["soft_drop_table"], {"op": "softDropTable",
                                                        "name": "public.teams"}))  # fmt: skip
    runs.run(db, plan)
    newest_first = recovery.artifacts(db, kept_only=True)

    for artifact in sorted(newest_first, key=lambda a: -a.step):
        restored(db, artifact)

    assert fingerprint(read_graph(db)) == before


def test_what_comes_back_is_never_there_without_its_rights(make_db: MakeDb) -> None:
    db = make_db(
        """
        CREATE TABLE users (id integer PRIMARY KEY, code text);
        CREATE FUNCTION first_code() RETURNS text LANGUAGE sql SECURITY DEFINER
            RETURN (SELECT min(code) FROM users);
        REVOKE EXECUTE ON FUNCTION first_code() FROM PUBLIC;
        """
    )
    artifact = dropped(db, WAYS["soft_drop_table"])

    (step,) = recovery.plan_restore(db, artifact.id).steps

    (made,) = (st for st in step.stages if "CREATE OR REPLACE FUNCTION" in st.statements[0].sql)
    assert "REVOKE EXECUTE" in made.statements[-1].sql
