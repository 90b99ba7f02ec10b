"""Functions that are declared IMMUTABLE or STABLE, against what their bodies do."""

from __future__ import annotations

import pytest
from psycopg import errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
CODE = "wrong_volatility"
TABLES = """
CREATE SEQUENCE s; CREATE TABLE rates (code text PRIMARY KEY, rate numeric);
CREATE TABLE days (on_day date); INSERT INTO rates VALUES ('EUR', 1);
CREATE VIEW shown AS SELECT code, rate FROM rates;
"""
SQL = "CREATE OR REPLACE FUNCTION f(a text) RETURNS text LANGUAGE sql {} {}"
PLPGSQL = "CREATE OR REPLACE FUNCTION f(a text) RETURNS text LANGUAGE plpgsql {} AS $$ {} $$"
LYING = [
    SQL.format("IMMUTABLE", "AS $$ SELECT a || nextval('s') $$"),
    SQL.format("IMMUTABLE", "AS $$ SELECT a || pg_catalog.random() $$"),
    SQL.format("IMMUTABLE PARALLEL SAFE", "RETURN a || gen_random_uuid()"),
    SQL.format("IMMUTABLE", "AS $$ SELECT rate::text FROM rates WHERE code = a $$"),
    SQL.format("IMMUTABLE STRICT", "AS $$ SELECT max(r.rate)::text FROM ONLY public.rates AS r $$"),
    SQL.format("IMMUTABLE", "AS $$ SELECT (SELECT rate FROM shown WHERE code = a)::text $$"),
    SQL.format("IMMUTABLE", "BEGIN ATOMIC SELECT rate::text FROM rates WHERE code = a; END"),
    SQL.format("IMMUTABLE", "AS $$ SELECT a || current_date $$"),
    SQL.format("IMMUTABLE", "AS $$ SELECT a || extract(day from now()) $$"),
    SQL.format("IMMUTABLE", "RETURN current_setting('app.zone')"),
    PLPGSQL.format("IMMUTABLE", "BEGIN RETURN (SELECT rate FROM rates WHERE code = a); END"),
    PLPGSQL.format("STABLE", "BEGIN INSERT INTO rates VALUES (a, 1); RETURN a; END"),
    PLPGSQL.format("STABLE", "BEGIN UPDATE rates SET rate = 2; RETURN a; END"),
]
TRUE = [
    SQL.format("IMMUTABLE", "AS $$ SELECT lower(a) || 'nextval(s) FROM rates' -- random()\n $$"),
    SQL.format("IMMUTABLE", "AS $$ SELECT extract(day FROM days.d)::text FROM (SELECT a::date)"
                            " AS days (d) $$"),
    SQL.format("IMMUTABLE", "AS $$ WITH x AS (SELECT a) SELECT x.a FROM x $$"),
    SQL.format("IMMUTABLE", "AS $$ SELECT (a IS DISTINCT FROM 'rates')::text $$"),
    SQL.format("STABLE", "AS $$ SELECT rate::text || now() FROM rates WHERE code = a $$"),
    SQL.format("VOLATILE", "AS $$ SELECT a || nextval('s') $$"),
    SQL.format("", "AS $$ INSERT INTO rates VALUES (a, 1) RETURNING code $$"),
    PLPGSQL.format("STABLE", "BEGIN PERFORM 1 FROM rates FOR KEY SHARE; RETURN a; END"),
    PLPGSQL.format("IMMUTABLE", "DECLARE rates text; BEGIN rates := a; RETURN rates; END"),
]  # fmt: skip


@pytest.mark.parametrize("function", [*LYING, *TRUE])
def test_a_body_against_what_is_declared(function: str, make_db: MakeDb) -> None:
    _db, plan = changed(make_db, TABLES, function)

    assert codes(plan).get(CODE) is (Level.HIGH if function in LYING else None)


def test_what_is_drawn_once_a_statement_is_medium(make_db: MakeDb) -> None:
    _db, plan = changed(make_db, TABLES, SQL.format("STABLE", "RETURN a || random()"))

    assert codes(plan)[CODE] is Level.MEDIUM


def test_a_call_is_computed_once_and_kept(make_db: MakeDb) -> None:
    db, plan = changed(make_db, TABLES + LYING[0].replace("IMMUTABLE", ""), LYING[0])

    assert evidence(plan, CODE) == [
        "public.f(text) is declared IMMUTABLE; it calls nextval(), which is VOLATILE"
    ]
    rows = db.execute("SELECT DISTINCT f('x') FROM generate_series(1, 3)").fetchall()
    assert len(rows) == 1


def test_a_write_in_what_is_stable_fails_in_every_call(make_db: MakeDb) -> None:
    db, _plan = changed(make_db, TABLES, LYING[-1])

    with pytest.raises(errors.FeatureNotSupported, match="UPDATE is not allowed"):
        db.execute("SELECT f('x')")


def test_what_was_claimed_before_is_no_news(make_db: MakeDb) -> None:
    other = LYING[0].replace("a ||", "a || '-' ||")
    _db, plan = changed(make_db, TABLES + LYING[0], other)

    assert CODE not in codes(plan)
    assert plan.steps


def test_a_table_of_the_same_plan_is_read_too(make_db: MakeDb) -> None:
    made = "CREATE TABLE fees (code text, fee numeric);"
    function = SQL.format("IMMUTABLE", "AS $$ SELECT fee::text FROM fees WHERE code = a $$")
    _db, plan = changed(make_db, TABLES, made + function)

    assert codes(plan)[CODE] is Level.HIGH
