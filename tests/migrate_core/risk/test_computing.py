"""A backfill that fails on rows of today is known before it runs: PostgreSQL is asked as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, Error

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
BLOCKED, MEDIUM, HIGH = Level.BLOCKED, Level.MEDIUM, Level.HIGH
SHOP = """
CREATE FUNCTION half(n numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT n / 2';
CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO log VALUES (1); RETURN 1 / 0; END $$;
CREATE TABLE log (n bigint);
CREATE SEQUENCE numbers;
CREATE TABLE other (id integer PRIMARY KEY);
INSERT INTO other SELECT generate_series(1, 49);
CREATE TABLE t (
    id integer PRIMARY KEY, code text, price numeric, n integer,
    whole bigint, short varchar(3), fixed char(2), tight numeric(4, 2), said boolean,
    pointer integer REFERENCES other, positive integer CHECK (positive > 0 AND positive < n + 99),
    key text UNIQUE, need text NOT NULL DEFAULT '',
    twice text GENERATED ALWAYS AS (code || '!') STORED
);
INSERT INTO t (id, code, price, n)
SELECT g, CASE WHEN g = 7 THEN '+49 7' ELSE g::text END, g, g - 25 FROM generate_series(1, 50) AS g;
"""
FAILING = [
    ("whole", "code::bigint", "true"),
    ("whole", "100 / n", "true"),
    ("whole", "(price * 1e18)::bigint", "true"),
    ("short", "code || 'xy'", "true"),
    ("fixed", "'a' || code", "true"),
    ("tight", "price * 3", "true"),
    ("said", "code::boolean", "true"),
    ("pointer", "id", "true"),
    ("positive", "n", "true"),
    ("positive", "public.half(price) - 10", "true"),
    ("need", "CASE WHEN id < 50 THEN code END", "true"),
    ("key", "left(code, 1)", "true"),
    ("key", "'taken'", "id IN (3, 4)"),
]
FITTING = [
    ("whole", "code::bigint", "code ~ '^[0-9]+$'"),
    ("whole", "100 / nullif(n, 0)", "true"),
    ("whole", "t.id + 1", "true"),
    ("short", "'abc   '", "true"),
    ("fixed", "'ab  '", "true"),
    ("tight", "price + 0.555", "true"),
    ("pointer", "id", "id < 50"),
    ("pointer", "NULL", "true"),
    ("positive", "id", "true"),
    ("positive", "public.half(price) + 1", "true"),
    ("need", "code", "need = ''"),
    ("key", "code", "true"),
    ("key", "'taken'", "id = 3"),
    ("key", "NULL", "true"),
    ("need", "twice", "true"),
    ("need", "DEFAULT", "true"),
]


def fill(column: str, expression: str, where: str = "true") -> dict[str, Any]:
    said = {"column": column, "expression": expression, "where": where}
    return {"op": "backfill", "table": "public.t", **said}


def told(db: Connection[Any], *operations: dict[str, Any]) -> tuple[Level, str]:
    """The level of the last step, and what it says of rows that make it fail."""
    verdict = judged(db, *operations).steps[-1].verdict
    failing = ("fails_on_existing_rows", "not_measured")
    return verdict.level, "; ".join(r.evidence for r in verdict.reasons if r.code in failing)


def fails(db: Connection[Any], column: str, expression: str, where: str) -> bool:
    try:
        with db.transaction(force_rollback=True):
            db.execute(f"UPDATE t SET {column} = {expression} WHERE {where}".encode())
    except Error:
        return True
    return False


@pytest.mark.parametrize(("column", "expression", "where"), FAILING + FITTING)
def test_what_fails_is_blocked_and_what_fits_is_not(
    make_db: MakeDb, column: str, expression: str, where: str
) -> None:
    db = make_db(SHOP)

    level, _ = told(db, fill(column, expression, where))

    assert level is (BLOCKED if fails(db, column, expression, where) else MEDIUM)
    assert (level is BLOCKED) == ((column, expression, where) in FAILING)


def test_what_postgresql_says_is_told_without_the_value(make_db: MakeDb) -> None:
    _, said = told(make_db(SHOP), fill("whole", "code::bigint"))

    assert said == (
        'invalid input syntax for type bigint: "..." (values of whole do not fit bigint)'
    )


def test_rows_are_counted_and_named_by_their_keys(make_db: MakeDb) -> None:
    db = make_db(SHOP)

    assert told(db, fill("need", "CASE WHEN id < 49 THEN code END"))[1] == (
        "2 rows would hold NULL in need, such as 49, 50"
    )
    assert told(db, fill("positive", "n + 22"))[1] == (
        "3 rows would break t_check, such as 1, 2, 3"
    )


def test_a_check_that_old_rows_break_refuses_every_update_of_them(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    db.execute("ALTER TABLE t ADD CONSTRAINT small CHECK (price < 50) NOT VALID")

    assert told(db, fill("whole", "1"))[1] == "1 rows would break small, such as 50"
    assert fails(db, "whole", "1", "true")


@pytest.mark.parametrize(
    "expression",
    ["nextval('public.numbers')", "random() / 0", "public.counted()", "1 / 0 + random()"],
)
def test_nothing_volatile_is_asked(make_db: MakeDb, expression: str) -> None:
    db = make_db(SHOP)

    level, said = told(db, fill("whole", expression))

    assert (level, said) == (MEDIUM, "")
    assert db.execute("SELECT is_called FROM numbers").fetchone() == (False,)


def test_what_cannot_be_asked_is_a_warning(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    db.execute("CREATE FUNCTION bad() RETURNS bigint STABLE LANGUAGE plpgsql AS"
               " $$ BEGIN PERFORM nextval('public.numbers'); RETURN 1; END $$")  # fmt: skip

    level, said = told(db, fill("whole", "public.bad()"))

    assert (level, said) == (MEDIUM, "cannot execute nextval() in a read-only transaction")


@pytest.mark.parametrize(
    ("body", "level"),
    [("NEW.positive := 1;", HIGH), ("NEW.code := 1;", BLOCKED)],
)
def test_a_trigger_may_mend_what_a_rule_refuses(make_db: MakeDb, body: str, level: Level) -> None:
    db = make_db(SHOP)
    db.execute(f"CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS"
               f" $$ BEGIN {body} RETURN NEW; END $$".encode())  # fmt: skip
    db.execute("CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g()")

    assert told(db, fill("positive", "n"))[0] is level


@pytest.mark.parametrize(("expression", "level"), [("100 / n", BLOCKED), ("n", MEDIUM)])
def test_a_column_of_the_same_plan_is_asked_ahead(
    make_db: MakeDb, expression: str, level: Level
) -> None:
    add = {"op": "addColumn", "table": "public.t", "column": {"name": "new", "type": "bigint"}}
    found = {**fill("new", expression), "where": None}
    db = make_db(SHOP)

    assert told(db, add, {k: v for k, v in found.items() if v})[0] is level


def test_what_an_earlier_step_writes_is_not_asked(make_db: MakeDb) -> None:
    found = told(make_db(SHOP), fill("n", "1"), fill("whole", "100 / n"))

    assert found == (MEDIUM, "")


def test_columns_that_are_computed_from_others_are_asked_too(make_db: MakeDb) -> None:
    new = {"column": {"name": "new", "type": "integer"}, "expression": "code::integer"}
    split = {"op": "splitColumn", "table": "public.t", "column": "code", "into": [new]}
    merge = {"op": "mergeColumns", "table": "public.t", "columns": ["code", "n"], "into": new}
    db = make_db(SHOP)

    assert told(db, split)[0] is BLOCKED
    assert told(db, merge)[0] is BLOCKED


def test_what_an_earlier_step_makes_another_is_not_asked(make_db: MakeDb) -> None:
    db = make_db(SHOP + "CREATE TYPE mood AS ENUM ('good'); ALTER TABLE t ADD mood mood")
    label = {"op": "addEnumValue", "name": "public.mood", "value": "bad"}

    assert told(db, fill("mood", "'bad'"))[0] is BLOCKED
    assert told(db, label, fill("mood", "'bad'")) == (MEDIUM, "")
