"""Functions that everybody may call, which were kept from everybody."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from psycopg import errors

from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import make
from migrate_core.planning.plan import build, no_facts
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
LENDS, WIDENS = "lends_owners_rights", "widens_access"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog"
CLOSED = "REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC;"


def function(how: str, body: str = "SELECT 1", arguments: str = "a integer") -> str:
    return f"CREATE FUNCTION f({arguments}) RETURNS integer LANGUAGE sql {how} AS '{body}';"


@pytest.mark.parametrize("how", [DEFINER, ""])
@pytest.mark.parametrize(
    "then",
    ["SELECT 2", "SELECT 1"],
)
def test_a_function_that_is_made_anew_may_be_called_by_all(
    then: str, how: str, make_db: MakeDb
) -> None:
    before = function(how) + CLOSED
    db, plan = changed(make_db, before, f"DROP FUNCTION f; {function(how, then)}")

    found = codes(plan)
    assert found.get(LENDS) is (Level.HIGH if how else None)
    assert found[WIDENS] is Level.MEDIUM
    db.execute("SET ROLE pg_monitor")
    db.execute("SELECT f(1)")


@pytest.mark.parametrize("how", [DEFINER, ""])
@pytest.mark.parametrize("closed", [True, False])
def test_one_of_other_arguments_begins_from_the_default(
    closed: bool, how: str, make_db: MakeDb
) -> None:
    becomes = function(how, arguments="a integer, b integer DEFAULT 0")
    then = "REVOKE EXECUTE ON FUNCTION f(integer, integer) FROM PUBLIC;" if closed else ""
    db, plan = changed(make_db, function(how) + CLOSED, f"DROP FUNCTION f; {becomes} {then}")

    found = codes(plan)
    assert found.get(LENDS) is (Level.HIGH if how and not closed else None)
    assert found.get(WIDENS) is (None if closed else Level.MEDIUM)
    db.execute("SET ROLE pg_monitor")
    with pytest.raises(errors.InsufficientPrivilege) if closed else nullcontext():
        db.execute("SELECT f(1)")


def test_steps_that_a_person_wrote(make_db: MakeDb) -> None:
    db = make_db(function(DEFINER) + CLOSED)
    graph = read_graph(db)
    (routine,) = graph.routines
    drop = make("dropRoutine", name=routine.name)
    operations = (drop, make("createRoutine", definition=routine))

    plan = build(operations, graph, migration_id="m", checksum="", major=18, ask=no_facts)

    assert codes(plan)[LENDS] is Level.HIGH


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("", function(DEFINER)),
        (function(DEFINER), f"DROP FUNCTION f; {function(DEFINER, 'SELECT 2')}"),
        (
            function(DEFINER) + CLOSED,
            function(DEFINER, "SELECT 2").replace("E F", "E OR REPLACE F"),
        ),
        (function(DEFINER) + CLOSED, "GRANT EXECUTE ON FUNCTION f(integer) TO pg_monitor"),
        (function(DEFINER) + CLOSED, function(DEFINER, arguments="a text")),
    ],
)
def test_what_was_open_or_stays_closed_is_no_news(
    before: str, change: str, make_db: MakeDb
) -> None:
    _db, plan = changed(make_db, before, change)

    assert plan.steps
    assert LENDS not in codes(plan)


def test_everybody_is_let_in_by_a_grant(make_db: MakeDb) -> None:
    grant = "GRANT EXECUTE ON FUNCTION f(integer) TO PUBLIC"
    _db, plan = changed(make_db, function(DEFINER) + CLOSED, grant)

    assert codes(plan)[LENDS] is Level.HIGH


MONEY = """
GRANT USAGE ON SCHEMA public TO PUBLIC; CREATE TABLE money (a integer);
INSERT INTO money VALUES (1); GRANT SELECT ON money TO pg_monitor;
CREATE FUNCTION pays() RETURNS void LANGUAGE sql AS 'UPDATE public.money SET a = 0';
"""
PAYS = f"CREATE FUNCTION pay() RETURNS {{}} LANGUAGE plpgsql {DEFINER} AS 'BEGIN {{}} END';"
UPDATES = PAYS.format("void", "UPDATE public.money SET a = 0;")


@pytest.mark.parametrize(
    ("before", "change", "lends"),
    [
        ("", UPDATES, True),
        ("", UPDATES.replace(DEFINER, ""), False),
        ("", UPDATES + "REVOKE EXECUTE ON FUNCTION pay() FROM PUBLIC", False),
        ("GRANT UPDATE ON money TO pg_monitor;", UPDATES, False),
        ("REVOKE SELECT ON money FROM pg_monitor;", UPDATES, True),
        ("REVOKE USAGE ON SCHEMA public FROM PUBLIC;", UPDATES, False),
        ("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;", UPDATES, False),
        ("", PAYS.format("bigint", "RETURN (SELECT a FROM money FOR UPDATE);"), False),
        ("", PAYS.format("trigger", "UPDATE public.money SET a = 0; RETURN NEW;"), False),
        ("", f"ALTER FUNCTION pays() {DEFINER}", True),
        (f"ALTER FUNCTION pays() {DEFINER};", "ALTER FUNCTION pays() STRICT", False),
        (UPDATES, f"DROP FUNCTION pay(); {UPDATES.replace('void', 'text')}", False),
    ],
)
def test_a_function_that_writes_for_everybody(
    before: str, change: str, lends: bool, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, MONEY + before, change)

    assert codes(plan).get(LENDS) is (Level.HIGH if lends else None)
    if lends:
        db.execute("SET ROLE pg_monitor")
        db.execute(f"SELECT {'pay' if 'pay()' in change else 'pays'}()".encode())
        db.execute("RESET ROLE")
        assert db.execute("SELECT a FROM money").fetchall() == [(0,)]
