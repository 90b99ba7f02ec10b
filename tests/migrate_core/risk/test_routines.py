"""A function that comes or changes: results of it that are stored, and calls that fit two."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
STALE, AMBIGUOUS = "leaves_stale_results", "makes_calls_ambiguous"
AREA = """
CREATE FUNCTION area(zip text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT left(zip, 2) $$;
CREATE TABLE t (id integer, zip text);
INSERT INTO t SELECT g, (10000 + g)::text FROM generate_series(1, 200) AS g;
"""
LONGER = """
CREATE OR REPLACE FUNCTION area(zip text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT left(zip, 3) $$
"""


def found_by(db: Connection[Any], condition: str, *, scan: bool) -> int:
    db.execute("SELECT set_config('enable_seqscan', %s, false)", ["on" if scan else "off"])
    for name in ("enable_indexscan", "enable_bitmapscan"):
        db.execute("SELECT set_config(%s, %s, false)", [name, "off" if scan else "on"])
    row = db.execute(f"SELECT count(*) FROM t WHERE {condition}".encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("stored", "condition"),
    [
        ("CREATE INDEX held ON t (area(zip))", "area(zip) = '101'"),
        ("CREATE UNIQUE INDEX held ON t (id, (area(zip)))", "id = 150 AND area(zip) = '101'"),
        ("CREATE INDEX held ON t (id) WHERE area(zip) = '101'", "id > 0 AND area(zip) = '101'"),
        (
            "CREATE FUNCTION wrapped(z text) RETURNS text LANGUAGE sql IMMUTABLE"
            " AS 'SELECT upper(public.area(z))'; CREATE INDEX held ON t (wrapped(zip))",
            "wrapped(zip) = '101'",
        ),
        (
            "CREATE FUNCTION wrapped(z text) RETURNS text LANGUAGE sql IMMUTABLE"
            " RETURN upper(area(z)); CREATE INDEX held ON t (wrapped(zip))",
            "wrapped(zip) = '101'",
        ),
    ],
)
def test_an_index_goes_on_with_what_the_old_function_gave(
    stored: str, condition: str, make_db: MakeDb
) -> None:
    db, plan = changed(make_db, AREA + stored, LONGER)

    assert codes(plan)[STALE] is Level.HIGH
    assert ["held" in said for said in evidence(plan, STALE)] == [True]
    there = found_by(db, condition, scan=True)
    assert found_by(db, condition, scan=False) < there

    db.execute("REINDEX INDEX held")
    assert found_by(db, condition, scan=False) == there


@pytest.mark.parametrize(
    ("stored", "name", "broken"),
    [
        (
            "ALTER TABLE t ADD COLUMN a text GENERATED ALWAYS AS (area(zip)) STORED",
            "stored column public.t.a",
            "SELECT FROM t WHERE a <> area(zip)",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT held CHECK (length(area(zip)) < 3)",
            "constraint public.t.held",
            "SELECT FROM t WHERE NOT length(area(zip)) < 3",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT held EXCLUDE (id WITH =, area(zip) WITH =)",
            "constraint public.t.held",
            "",
        ),
        (
            "CREATE TABLE p (zip text) PARTITION BY LIST (area(zip));"
            "CREATE TABLE p_10 PARTITION OF p FOR VALUES IN ('10'); INSERT INTO p VALUES ('10115')",
            "partitions of public.p",
            "SELECT FROM (SELECT area(zip) AS a FROM p OFFSET 0) AS s WHERE a <> '10'",
        ),
        (
            "CREATE DOMAIN zip AS text CHECK (length(area(VALUE)) < 3);"
            "ALTER TABLE t ADD COLUMN own zip DEFAULT '10115'",
            "domain public.zip",
            "SELECT FROM t WHERE NOT length(area(own)) < 3",
        ),
    ],
)
def test_what_else_holds_results(stored: str, name: str, broken: str, make_db: MakeDb) -> None:
    db, plan = changed(make_db, AREA + stored, LONGER)

    assert [name in said for said in evidence(plan, STALE)] == [True]
    if broken:
        assert db.execute(broken.encode()).fetchone() is not None


def test_an_index_by_an_operator_of_it(make_db: MakeDb) -> None:
    like = """
    CREATE FUNCTION alike(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT left(a, {}) = b $$;
    """
    stored = """
    CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = alike);
    CREATE INDEX held ON t (id) WHERE zip === '101';
    """
    again = like.replace("CREATE", "CREATE OR REPLACE").format(3)
    db, plan = changed(make_db, AREA + like.format(2) + stored, again)

    assert codes(plan)[STALE] is Level.HIGH
    condition = "id > 0 AND zip === '101'"
    assert found_by(db, condition, scan=False) < found_by(db, condition, scan=True)


@pytest.mark.parametrize(
    "change",
    [
        LONGER.replace("3", "2"),
        LONGER.replace("3", "2").replace("SELECT", "/* as before */\n  select"),
        "COMMENT ON FUNCTION area(text) IS 'the first digits'",
        "ALTER FUNCTION area(text) COST 10 PARALLEL SAFE",
        "ALTER FUNCTION area(text) SET search_path = pg_catalog",
    ],
)
def test_a_change_of_something_else_leaves_no_result_behind(change: str, make_db: MakeDb) -> None:
    _db, plan = changed(make_db, f"{AREA} CREATE INDEX held ON t (area(zip))", change)

    assert STALE not in codes(plan)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "CREATE VIEW v AS SELECT area(zip) FROM t",
        "ALTER TABLE t ADD COLUMN a text DEFAULT area('10115')",
        "ALTER TABLE t ADD CONSTRAINT held CHECK (length(area(zip)) < 3) NOT VALID",
    ],
)
def test_nothing_holds_results(stored: str, make_db: MakeDb) -> None:
    _db, plan = changed(make_db, AREA + stored, LONGER)

    assert STALE not in codes(plan)


def test_null_that_is_not_asked_about_any_more(make_db: MakeDb) -> None:
    _db, plan = changed(
        make_db, f"{AREA} CREATE INDEX held ON t (area(zip))", "ALTER FUNCTION area(text) STRICT"
    )

    assert codes(plan)[STALE] is Level.HIGH


# Calls ------------------------------------------------------------------------------------------

BODY = "RETURNS integer LANGUAGE sql AS 'SELECT 1'"
FITS_TWO = [
    ("f(a integer)", "f(a integer, b integer DEFAULT 1)", "f(1)"),
    ("f(a integer, b integer DEFAULT 1)", "f(a integer)", "f(1)"),
    ("f(a integer, b integer DEFAULT 1)", "f(a integer, c text DEFAULT 'x')", "f(1)"),
    (
        "f(a integer, b integer DEFAULT 1)",
        "f(a integer, b integer DEFAULT 1, c text DEFAULT '')",
        "f(1)",
    ),
    ("f(a integer DEFAULT 1)", "f(a text DEFAULT '')", "f()"),
    ("f(a integer, b date, c text DEFAULT '')", "f(a integer, b date, c date DEFAULT now())",
     "f(1, '2026-01-01'::date)"),
]  # fmt: skip
FITS_ONE = [
    ("f(a integer, b integer DEFAULT 1)", "f(a text, b integer DEFAULT 1)", "f(1)"),
    ("f(a integer, b integer DEFAULT 1)", "f(a integer, b integer, c integer)", "f(1)"),
    ("f(a integer, b integer DEFAULT 1)", "g(a integer, c text DEFAULT '')", "f(1)"),
    ("f(a integer, b integer DEFAULT 1)", "f(a integer, VARIADIC b text[])", "f(1)"),
]


@pytest.mark.parametrize(("before", "new", "call"), [*FITS_TWO, *FITS_ONE])
def test_a_call_that_fits_two_by_their_defaults(
    before: str, new: str, call: str, make_db: MakeDb
) -> None:
    is_ambiguous = (before, new, call) in FITS_TWO
    db, plan = changed(make_db, f"CREATE FUNCTION {before} {BODY}", f"CREATE FUNCTION {new} {BODY}")

    assert codes(plan).get(AMBIGUOUS) is (Level.HIGH if is_ambiguous else None)
    with pytest.raises(errors.AmbiguousFunction) if is_ambiguous else nullcontext():
        db.execute(f"SELECT {call}".encode())


def test_a_default_that_an_argument_gets(make_db: MakeDb) -> None:
    before = f"CREATE FUNCTION f(a integer, b integer DEFAULT 1) {BODY};"
    before += f"CREATE FUNCTION f(a integer, c text) {BODY}"
    db, plan = changed(
        make_db, before, f"CREATE OR REPLACE FUNCTION f(a integer, c text DEFAULT '') {BODY}"
    )

    assert codes(plan)[AMBIGUOUS] is Level.HIGH
    with pytest.raises(errors.AmbiguousFunction):
        db.execute("SELECT f(1)")


def test_what_was_ambiguous_is_not_made_so(make_db: MakeDb) -> None:
    before = f"CREATE FUNCTION f(a integer, b integer DEFAULT 1) {BODY};"
    before += f"CREATE FUNCTION f(a integer, c text DEFAULT '') {BODY}"
    again = BODY.replace("SELECT 1", "SELECT 2")
    _db, plan = changed(
        make_db, before, f"CREATE OR REPLACE FUNCTION f(a integer, c text DEFAULT '') {again}"
    )

    assert "changes_routine" in codes(plan)
    assert AMBIGUOUS not in codes(plan)


def test_one_that_takes_the_place_of_another(make_db: MakeDb) -> None:
    before = f"CREATE FUNCTION f(a integer, b integer DEFAULT 1) {BODY}"
    new = f"CREATE FUNCTION f(a integer, b integer DEFAULT 1, c integer DEFAULT 2) {BODY}"
    db, plan = changed(make_db, before, f"DROP FUNCTION f(integer, integer); {new}")

    assert AMBIGUOUS not in codes(plan)
    assert db.execute("SELECT f(1)").fetchone() == (1,)
