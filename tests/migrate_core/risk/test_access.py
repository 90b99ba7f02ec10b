"""Who may do and see more than before, or other things: by rights, and by what policies ask."""

from __future__ import annotations

import pytest
from psycopg import errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
WIDENS, ROWS = "widens_access", "rls_change"
USERS = """
CREATE TABLE users (id integer PRIMARY KEY, name text, password text);
INSERT INTO users VALUES (1, 'Ada', 'x'), (2, 'Bo', 'y');
CREATE SCHEMA app; GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


@pytest.mark.parametrize(
    ("before", "change", "level"),
    [
        ("GRANT SELECT (id, name) ON users TO pg_monitor", "GRANT SELECT ON users TO pg_monitor",
         Level.HIGH),
        ("GRANT SELECT (id, name) ON users TO pg_monitor", "GRANT INSERT ON users TO pg_monitor",
         Level.MEDIUM),
        ("", "GRANT SELECT ON users TO pg_monitor", Level.MEDIUM),
        ("", "GRANT CREATE ON SCHEMA app TO PUBLIC", Level.HIGH),
        ("", "GRANT CREATE ON SCHEMA app TO pg_monitor", Level.MEDIUM),
        ("", "GRANT USAGE ON SCHEMA app TO PUBLIC", Level.MEDIUM),
        ("", "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC",
         Level.HIGH),
        ("", "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor",
         Level.MEDIUM),
        ("", "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO PUBLIC",
         Level.MEDIUM),
    ],
)  # fmt: skip
def test_a_right_weighs_by_what_it_opens(
    before: str, change: str, level: Level, make_db: MakeDb
) -> None:
    _db, plan = changed(make_db, f"{USERS} {before};", change)

    assert (
        max((r.level for s in plan.steps for r in s.verdict.reasons), key=lambda o: o.score)
        is level
    )


def test_who_had_some_columns_has_all(make_db: MakeDb) -> None:
    before = f"{USERS} GRANT SELECT (id, name) ON users TO pg_monitor;"
    held, password = make_db(before), "SELECT password FROM users"
    held.execute("SET ROLE pg_monitor")
    with pytest.raises(errors.InsufficientPrivilege):
        held.execute(password)

    db, plan = changed(make_db, before, "GRANT SELECT ON users TO pg_monitor")

    assert "pg_monitor had SELECT on some columns of it, and has it on all" in evidence(
        plan, WIDENS
    )
    db.execute("SET ROLE pg_monitor")
    assert len(db.execute(password).fetchall()) == 2


OWN = "CREATE OR REPLACE FUNCTION own() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT {} $$;"
ASKED = f"""
{USERS} {OWN.format(1)}
CREATE FUNCTION mine(i integer) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT i = public.own()';
CREATE POLICY mine ON users USING (id = own());
GRANT SELECT ON users TO pg_monitor;
"""
ON = "ALTER TABLE users ENABLE ROW LEVEL SECURITY;"


@pytest.mark.parametrize(
    ("before", "change", "asked"),
    [
        (ASKED + ON, OWN.format(2), True),
        (ASKED + ON + "ALTER POLICY mine ON users USING (mine(id));", OWN.format(2), True),
        (ASKED, OWN.format(2), False),
        (ASKED + ON, OWN.format(" /* as before */ 1"), False),
        (ASKED + ON + "DROP POLICY mine ON users;", OWN.format(2), False),
    ],
)
def test_a_function_that_a_policy_asks(
    before: str, change: str, asked: bool, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, before, change)

    assert codes(plan).get(ROWS) is (Level.HIGH if asked else None)
    if asked:
        assert evidence(plan, ROWS) == ["policies that ask it: public.users.mine"]
        db.execute("SET ROLE pg_monitor")
        assert db.execute("SELECT name FROM users").fetchall() == [("Bo",)]


OWNED = """
GRANT USAGE ON SCHEMA public TO PUBLIC; CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (2);
ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO pg_monitor;
"""
SOME = "CREATE POLICY p ON t TO pg_monitor USING (a = 1);"
OWNER = "ALTER TABLE t OWNER TO pg_monitor"


@pytest.mark.parametrize(
    ("policies", "change", "seen", "told"),
    [
        (SOME, OWNER, 2, True),
        (SOME.replace("pg_monitor", "PUBLIC"), OWNER, 2, True),
        (SOME + "CREATE POLICY q ON t FOR SELECT USING (true);", OWNER, 2, True),
        ("", OWNER, 2, True),
        (SOME, "ALTER TABLE t OWNER TO pg_signal_backend", 1, False),
        (SOME, f"ALTER TABLE t FORCE ROW LEVEL SECURITY; {OWNER}", 1, False),
        (SOME + "ALTER TABLE t DISABLE ROW LEVEL SECURITY;", OWNER, 2, False),
        (SOME.replace("a = 1", "true"), OWNER, 2, False),
        (SOME.replace("TO pg_monitor USING (a = 1)", "USING (true)")
         + "CREATE POLICY q ON t AS RESTRICTIVE USING (a = 1);", OWNER, 2, True),
    ],
)  # fmt: skip
def test_an_owner_is_held_to_no_policy(
    policies: str, change: str, seen: int, told: bool, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, OWNED + policies, change)

    said = [one for one in evidence(plan, ROWS) if "owns" in one]
    assert (bool(said), plan.level is Level.HIGH) == (told, told)
    db.execute("SET ROLE pg_monitor")
    assert len(db.execute("SELECT FROM t").fetchall()) == seen
