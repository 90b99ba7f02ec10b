"""Bodies that are text, and fail from a change on: by calls before and after it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
CODE = "untracked_dependencies"


def fails(db: psycopg.Connection[Any], call: str) -> bool:
    try:
        with db.transaction(force_rollback=True):
            db.execute(call.encode())
    except psycopg.Error:
        return True
    return False


def function(head: str, body: str, language: str = "plpgsql") -> str:
    return f"CREATE FUNCTION {head} LANGUAGE {language} AS $f$ {body} $f$;"


# REFRESH ----------------------------------------------------------------------------------------

VIEW = """
CREATE TABLE t (id integer PRIMARY KEY, v text);
CREATE MATERIALIZED VIEW m AS SELECT id, v FROM t;
CREATE UNIQUE INDEX one ON m (id);
"""
AT_ONCE = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.m;"


@pytest.mark.parametrize(
    ("more", "body", "high"),
    [
        ("", AT_ONCE, True),
        ("", "REFRESH MATERIALIZED VIEW m;", False),
        ("", "-- REFRESH MATERIALIZED VIEW CONCURRENTLY m\nNULL;", False),
        ("CREATE UNIQUE INDEX two ON m (v, id) INCLUDE (v)", AT_ONCE, False),
        ("CREATE UNIQUE INDEX two ON m (lower(v))", AT_ONCE, True),
        ("CREATE UNIQUE INDEX two ON m (id) WHERE id > 0", AT_ONCE, True),
        ("CREATE INDEX two ON m (id)", AT_ONCE, True),
    ],
)
def test_a_view_that_is_refreshed_by_its_unique_index(
    more: str, body: str, high: bool, make_db: MakeDb
) -> None:
    nightly = function("nightly() RETURNS void", f"BEGIN {body} END")
    db, plan = changed(make_db, f"{VIEW} {nightly} {more}", "DROP INDEX one")

    assert codes(plan).get(CODE) is (Level.HIGH if high else None)
    assert fails(db, "SELECT nightly()") is high


# ROW() ------------------------------------------------------------------------------------------

TYPE = "CREATE TYPE p AS (a text, b text); CREATE TABLE t (p p); INSERT INTO t VALUES (ROW(1, 2));"
MAKES = "mk(x text, y text) RETURNS p"


@pytest.mark.parametrize(
    ("language", "body", "high"),
    [
        ("plpgsql", "BEGIN RETURN ROW(x, y)::p; END", True),
        ("plpgsql", "BEGIN RETURN (x, y)::public.p; END", True),
        ("plpgsql", "BEGIN RETURN CAST(ROW(x, coalesce(y, x)) AS p); END", True),
        ("plpgsql", "BEGIN RETURN ROW(x, y); END", True),
        ("sql", "SELECT ROW(x, y)::p", True),
        ("plpgsql", "DECLARE r p; BEGIN r := ROW(x, y); RETURN r; END", False),
        ("plpgsql", "DECLARE r p; BEGIN r.a := x; r.b := y; RETURN r; END", False),
        ("plpgsql", "BEGIN RETURN (SELECT t.p FROM t); END", False),
        ("plpgsql", "BEGIN RETURN coalesce((SELECT t.p FROM t), NULL)::p; END", False),
    ],
)
def test_a_type_with_one_attribute_more(
    language: str, body: str, high: bool, make_db: MakeDb
) -> None:
    before = TYPE + function(MAKES, body, language)
    db, plan = changed(make_db, before, "ALTER TYPE p ADD ATTRIBUTE c text")

    assert codes(plan).get(CODE) is (Level.HIGH if high else None)
    assert fails(db, "SELECT mk('a', 'b')") is high


def test_a_body_that_changes_along_makes_them_whole(make_db: MakeDb) -> None:
    before = TYPE + function(MAKES, "BEGIN RETURN ROW(x, y)::p; END")
    along = function(MAKES, "BEGIN RETURN ROW(x, y, NULL)::p; END").replace(
        "CREATE", "CREATE OR REPLACE"
    )
    db, plan = changed(make_db, before, f"ALTER TYPE p ADD ATTRIBUTE c text; {along}")

    assert plan.level.score <= Level.MEDIUM.score
    assert not fails(db, "SELECT mk('a', 'b')")


# A name of two ----------------------------------------------------------------------------------

TABLE = "CREATE TABLE k (id integer, v integer); INSERT INTO k VALUES (1, 2);"
TAKES = "f(w integer) RETURNS bigint"


@pytest.mark.parametrize(
    ("body", "high"),
    [
        ("BEGIN RETURN (SELECT count(*) FROM k WHERE v = w); END", True),
        ("BEGIN UPDATE public.k SET v = w; RETURN 1; END", True),
        ("BEGIN UPDATE k SET v = 1 WHERE id = w; RETURN 1; END", True),
        ("BEGIN DELETE FROM ONLY k WHERE id = w; RETURN 1; END", True),
        ("BEGIN INSERT INTO k (id, v) SELECT id, w FROM k; RETURN 1; END", True),
        ("DECLARE n integer; BEGIN SELECT id INTO n FROM k AS x WHERE v = w; RETURN n; END", True),
        ("BEGIN IF EXISTS (SELECT FROM k WHERE v = w) THEN RETURN 2; END IF; RETURN 1; END", True),
        ("BEGIN PERFORM 1 FROM (VALUES (1)) AS o (n), k WHERE n = w; RETURN 1; END", True),
        ("BEGIN RETURN (SELECT count(*) FROM k WHERE v = f.w); END", False),
        ("#variable_conflict use_variable\nBEGIN PERFORM FROM k WHERE v = w; RETURN 1; END", False),
        ("BEGIN PERFORM 1 FROM k; RETURN w; END", False),
        ("BEGIN IF w = 1 AND EXISTS (SELECT FROM k) THEN RETURN 2; END IF; RETURN 1; END", False),
        ("BEGIN INSERT INTO k (id, v) VALUES (1, w); RETURN 1; END", False),
        ("BEGIN INSERT INTO k (id, v) VALUES (1, w) RETURNING id INTO w; RETURN w; END", False),
        ("BEGIN SELECT v INTO w FROM k; RETURN w; END", False),
        ("BEGIN w := (SELECT count(*) FROM k); RETURN w; END", False),
        ("BEGIN FOR w IN SELECT id FROM k LOOP RETURN w; END LOOP; RETURN 1; END", False),
        ("BEGIN RETURN (SELECT max(v) AS w FROM k); END", False),
        ("BEGIN PERFORM w FROM (SELECT 1 FROM k) AS o; RETURN 1; END", False),
        ("BEGIN RETURN (SELECT count(*) FROM k WHERE v = 1) + w; END", False),
        ("BEGIN -- FROM k WHERE v = w\nRETURN 1; END", False),
    ],
)
@pytest.mark.parametrize("declared", [False, True])
def test_a_column_with_the_name_of_a_variable(
    declared: bool, body: str, high: bool, make_db: MakeDb
) -> None:
    head = TAKES
    if declared and "f.w" not in body and "DECLARE" not in body and "#" not in body:
        head, body = "f(x integer) RETURNS bigint", f"DECLARE w integer := x; {body}"
    db, plan = changed(make_db, TABLE + function(head, body), "ALTER TABLE k ADD w integer")

    assert codes(plan).get(CODE) is (Level.HIGH if high else None)
    assert fails(db, "SELECT f(1)") is high


def test_an_sql_function_takes_the_column_without_a_word(make_db: MakeDb) -> None:
    body = function(TAKES, "SELECT count(*) FROM k WHERE v = w", "sql")
    before = TABLE + body
    assert make_db(before).execute("SELECT f(2)").fetchone() == (1,)
    db, plan = changed(make_db, before, "ALTER TABLE k ADD w integer")

    assert codes(plan)[CODE] is Level.HIGH
    assert db.execute("SELECT f(2)").fetchone() == (0,)


def test_a_namesake_of_the_table_in_another_schema(make_db: MakeDb) -> None:
    body = function(TAKES, "BEGIN PERFORM FROM k WHERE v = w; RETURN 1; END")
    other = "CREATE SCHEMA other; CREATE TABLE other.k (id integer);"
    db, plan = changed(make_db, TABLE + other + body, "ALTER TABLE other.k ADD w integer")

    assert CODE not in codes(plan)
    assert not fails(db, "SELECT f(1)")
