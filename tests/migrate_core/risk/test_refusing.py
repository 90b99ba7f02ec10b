"""Statements that are refused because a right beneath is missing: PostgreSQL says which."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
NARROWS, TRIGGER = "narrows_access", "trigger_fails"
USAGE = "GRANT USAGE ON SCHEMA public TO PUBLIC;"


def run(db: Connection[Any], statement: str, fails: bool) -> None:
    db.execute("SET ROLE pg_monitor")
    with pytest.raises(errors.InsufficientPrivilege) if fails else nullcontext():
        db.execute(statement.encode())


# Functions that are taken from who writes ---------------------------------------------------------

IS = "CREATE FUNCTION ok(a text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS {};"
OK = IS.format("'BEGIN RETURN true; END'")
MAY = "GRANT SELECT, INSERT ON t TO pg_monitor;"
REVOKE = "REVOKE EXECUTE ON FUNCTION ok(text) FROM PUBLIC;"
CALLING = [
    "CREATE TABLE t (a text CHECK (ok(a)));",
    "CREATE DOMAIN d AS text CHECK (ok(VALUE)); CREATE TABLE t (a d);",
    "CREATE TABLE t (a text, b boolean DEFAULT ok('x'));",
    "CREATE TABLE t (a text, b boolean GENERATED ALWAYS AS (ok(a)) STORED);",
    "CREATE TABLE t (a text); CREATE INDEX i ON t (ok(a));",
    "CREATE TABLE t (a text); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
    " CREATE POLICY p ON t USING (ok(a));",
    # By way of another function that runs as who calls it.
    "CREATE FUNCTION too(a text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS"
    " 'BEGIN RETURN ok(a); END'; CREATE TABLE t (a text CHECK (too(a)));",
]


@pytest.mark.parametrize("made", CALLING)
@pytest.mark.parametrize("kept", [False, True])
def test_what_calls_a_function_for_who_writes(made: str, kept: bool, make_db: MakeDb) -> None:
    keeps = "GRANT EXECUTE ON FUNCTION ok(text) TO pg_monitor;" if kept else ""
    before = f"{USAGE} {OK} {made} {MAY}"
    run(make_db(before), "INSERT INTO t VALUES ('a')", fails=False)

    db, plan = changed(make_db, before, REVOKE + keeps)

    told = [said for said in evidence(plan, NARROWS) if "pg_monitor" in said]
    assert bool(told) is not kept
    run(db, "INSERT INTO t VALUES ('a')", fails=not kept)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE t (a text);",  # which nothing calls it for
        "CREATE TABLE t (a text); CREATE POLICY p ON t USING (ok(a));",  # row security is off
        "CREATE FUNCTION too(a text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER"
        " SET search_path = public AS 'BEGIN RETURN ok(a); END';"
        "CREATE TABLE t (a text CHECK (too(a)));",
    ],
)
def test_what_calls_it_for_nobody_else(made: str, make_db: MakeDb) -> None:
    db, plan = changed(make_db, f"{USAGE} {OK} {made} {MAY}", REVOKE)

    assert [said for said in evidence(plan, NARROWS) if "pg_monitor" in said] == []
    run(db, "INSERT INTO t VALUES ('a')", fails=False)


def test_a_function_of_triggers_is_asked_of_nobody(make_db: MakeDb) -> None:
    before = f"""
    {USAGE} CREATE TABLE t (a text); {MAY}
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
    """
    db, plan = changed(make_db, before, "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC")

    assert plan.level is Level.MEDIUM
    run(db, "INSERT INTO t VALUES ('a')", fails=False)


# Routines that acted with their owner's rights ----------------------------------------------------

LOG = f"""
{USAGE} CREATE TABLE t (a text); CREATE TABLE log (a text); {MAY}
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
    'BEGIN INSERT INTO public.log VALUES (NEW.a); RETURN NEW; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE FUNCTION c() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS
    'SELECT count(*) FROM log';
"""


@pytest.mark.parametrize(
    ("before", "fails"),
    [
        ("", True),
        ("GRANT SELECT ON log TO pg_monitor", True),
        ("GRANT INSERT ON log TO pg_monitor", False),
        ("GRANT INSERT ON log TO PUBLIC", False),
    ],
)
def test_a_trigger_in_the_name_of_who_writes(before: str, fails: bool, make_db: MakeDb) -> None:
    db, plan = changed(make_db, f"{LOG} {before};", "ALTER FUNCTION f() SECURITY INVOKER")

    assert codes(plan).get(TRIGGER) is (Level.HIGH if fails else None)
    run(db, "INSERT INTO t VALUES ('a')", fails)


def test_a_trigger_that_is_off(make_db: MakeDb) -> None:
    off = "ALTER TABLE t DISABLE TRIGGER g"
    db, plan = changed(make_db, f"{LOG} {off};", "ALTER FUNCTION f() SECURITY INVOKER")

    assert TRIGGER not in codes(plan)
    run(db, "INSERT INTO t VALUES ('a')", fails=False)


@pytest.mark.parametrize(
    ("before", "level"),
    [
        ("", Level.HIGH),
        ("GRANT SELECT ON log TO pg_monitor", Level.MEDIUM),
        ("REVOKE EXECUTE ON FUNCTION c() FROM PUBLIC", Level.MEDIUM),
    ],
)
def test_a_function_in_the_name_of_who_calls(before: str, level: Level, make_db: MakeDb) -> None:
    db, plan = changed(make_db, f"{LOG} {before};", "ALTER FUNCTION c() SECURITY INVOKER")

    assert plan.level is level
    run(db, "SELECT c()", fails="SELECT ON" not in before)


# Policies that read what their roles may not ------------------------------------------------------

NOTES = f"""
{USAGE} CREATE TABLE t (a text); CREATE TABLE other (a text); {MAY}
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY base ON t TO pg_monitor USING (true);
"""
READS = (
    "CREATE POLICY p ON t AS RESTRICTIVE FOR INSERT TO {}"
    " WITH CHECK (NOT EXISTS (SELECT FROM other AS o WHERE o.a = t.a));"
)


@pytest.mark.parametrize(
    ("before", "change", "fails"),
    [
        ("", READS.format("pg_monitor"), True),
        ("", READS.format("PUBLIC"), True),
        ("", READS.format("PUBLIC") + "GRANT SELECT (a) ON other TO pg_monitor", False),
        ("GRANT SELECT ON other TO PUBLIC", READS.format("PUBLIC"), False),
        ("", READS.format("pg_signal_backend"), False),
        ("REVOKE INSERT ON t FROM pg_monitor", READS.format("PUBLIC"), None),
        (
            "CREATE POLICY p ON t AS RESTRICTIVE FOR INSERT TO pg_monitor WITH CHECK (a > '')",
            "ALTER POLICY p ON t WITH CHECK (NOT EXISTS (SELECT FROM other AS o WHERE o.a = t.a))",
            True,
        ),
    ],
)
def test_a_policy_that_reads_another_table(
    before: str, change: str, fails: bool | None, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, f"{NOTES} {before};", change)

    told = [said for said in evidence(plan, NARROWS) if "policy p reads public.other" in said]
    assert bool(told) is bool(fails)
    if fails is not None:
        run(db, "INSERT INTO t VALUES ('a')", fails)
