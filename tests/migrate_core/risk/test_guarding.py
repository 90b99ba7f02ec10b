"""Views that kept rows from who reads them, and do so no more."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
OPENS = "stops_guarding"
TABLE = """
CREATE TABLE t (id integer, who text); INSERT INTO t VALUES (1, 'pg_monitor'), (2, 'x');
GRANT SELECT ON t TO pg_monitor;
"""
POLICY = (
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t USING (who = current_user);"
)
INVOKER = "CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;"
BARRIER = "CREATE VIEW v WITH (security_barrier) AS SELECT id FROM t WHERE who = current_user;"
GRANT = "GRANT SELECT ON v TO pg_monitor;"
GOING = [
    "ALTER VIEW v RESET (security_invoker)",
    "ALTER VIEW v SET (security_invoker = 'off')",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM t",
    "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT id, who FROM t",
    f"DROP VIEW v; CREATE VIEW v AS SELECT id FROM t; {GRANT}",
    f"DROP VIEW v; CREATE VIEW v AS SELECT who FROM t; {GRANT}",
]


def seen(db: Connection[Any]) -> int:
    db.execute("SET ROLE pg_monitor")
    rows = db.execute("SELECT * FROM v").fetchall()
    db.execute("RESET ROLE")
    return len(rows)


@pytest.mark.parametrize("change", GOING)
def test_a_view_that_reads_past_a_policy(change: str, make_db: MakeDb) -> None:
    before = TABLE + POLICY + INVOKER + GRANT
    assert seen(make_db(before)) == 1

    db, plan = changed(make_db, before, change)

    assert codes(plan)[OPENS] is Level.HIGH
    assert seen(db) == 2


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        (TABLE + INVOKER + GRANT, 2),
        (TABLE + POLICY + INVOKER, None),
    ],
)
def test_without_a_policy_or_a_reader_it_is_the_owners_rights_alone(
    before: str, rows: int | None, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, before, GOING[0])

    assert codes(plan)[OPENS] is Level.MEDIUM
    assert rows is None or seen(db) == rows


def test_a_policy_that_holds_the_owner_too_is_not_read_past(make_db: MakeDb) -> None:
    forced = "ALTER TABLE t FORCE ROW LEVEL SECURITY; ALTER TABLE t OWNER TO pg_database_owner;"
    _db, plan = changed(make_db, TABLE + POLICY + forced + INVOKER + GRANT, GOING[0])

    assert codes(plan)[OPENS] is Level.MEDIUM


@pytest.mark.parametrize(
    "change",
    [
        "CREATE OR REPLACE VIEW v WITH (security_invoker) AS SELECT id, who FROM t",
        "ALTER VIEW v SET (security_invoker = 'yes')",
        "ALTER VIEW v SET (security_barrier)",
    ],
)
def test_a_view_that_goes_on_asking_for_its_readers_rights(change: str, make_db: MakeDb) -> None:
    db, plan = changed(make_db, TABLE + POLICY + INVOKER + GRANT, change)

    assert OPENS not in codes(plan)
    assert seen(db) == 1


def test_a_view_beneath_goes_on_asking_for_its_readers_rights(make_db: MakeDb) -> None:
    inner = INVOKER.replace("VIEW v", "VIEW inner_v") + "GRANT SELECT ON inner_v TO pg_monitor;"
    outer = INVOKER.replace("FROM t", "FROM inner_v")
    before = TABLE + POLICY + inner + outer + GRANT
    assert seen(make_db(before)) == 1

    db, plan = changed(make_db, before, GOING[0])

    assert codes(plan)[OPENS] is Level.MEDIUM
    assert seen(db) == 1


@pytest.mark.parametrize(("policy", "level"), [(POLICY, Level.HIGH), ("", Level.MEDIUM)])
def test_a_filter_that_others_get_before(policy: str, level: Level, make_db: MakeDb) -> None:
    """A function that costs nothing is called first, and tells what the view leaves out."""
    tells = """
    CREATE TABLE told (id integer); GRANT INSERT ON told TO pg_monitor;
    CREATE FUNCTION tell(id integer) RETURNS boolean LANGUAGE plpgsql COST 0.0001
        AS 'BEGIN INSERT INTO told VALUES (id); RETURN true; END';
    """
    db, plan = changed(
        make_db, TABLE + policy + BARRIER + GRANT + tells, "ALTER VIEW v RESET (security_barrier)"
    )

    assert codes(plan)[OPENS] is level
    assert "before it has left them out" in evidence(plan, OPENS)[0]
    db.execute("SET ROLE pg_monitor")
    assert db.execute("SELECT id FROM v WHERE tell(id)").fetchall() == [(1,)]
    db.execute("RESET ROLE")
    assert db.execute("SELECT count(*) FROM told").fetchone() == (2,)


@pytest.mark.parametrize(
    ("view", "before", "opens"),
    [
        ("CREATE VIEW v AS SELECT id FROM t;" + GRANT, POLICY, True),
        (INVOKER + GRANT, POLICY, False),
        ("CREATE VIEW v AS SELECT id FROM t;", POLICY, False),
        ("CREATE VIEW v AS SELECT id FROM t;" + GRANT, "", False),
        (
            "CREATE VIEW v AS SELECT id FROM t;" + GRANT,
            f"{POLICY} ALTER TABLE t FORCE ROW LEVEL SECURITY;",
            False,
        ),
    ],
)
def test_a_new_view_over_row_security(view: str, before: str, opens: bool, make_db: MakeDb) -> None:
    db, plan = changed(make_db, TABLE + before, view)

    assert codes(plan).get(OPENS) is (Level.HIGH if opens else None)
    if opens:
        assert evidence(plan, OPENS) == [
            "view public.v: it is new, and reads with the rights of its owner, past the policies"
            " of public.t"
        ]
        assert seen(db) == 2


def test_a_new_view_of_a_new_table_keeps_nothing_from_anybody_who_saw_less(
    make_db: MakeDb,
) -> None:
    _db, plan = changed(make_db, "", TABLE + POLICY + "CREATE VIEW v AS SELECT id FROM t;" + GRANT)

    assert OPENS not in codes(plan)
