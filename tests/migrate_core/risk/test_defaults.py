"""Defaults that a rule of the table does not let in, by PostgreSQL's own word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, Error

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import changed, evidence
from tests.migrate_core.risk.test_circumstances import judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
TABLE = """
CREATE DOMAIN grade AS integer;
CREATE TABLE t (
    id integer PRIMARY KEY, n integer CHECK (n BETWEEN 1 AND 5), m integer,
    kind text CHECK (kind IN ('a', 'b')), free integer, CHECK (m > n)
);
"""


@pytest.mark.parametrize(
    ("column", "default"),
    [
        ("n", "9"),
        ("n", "5"),
        ("n", "NULL::integer"),
        ("n", "extract(year FROM now())::integer"),
        ("kind", "'c'::text"),
        ("kind", "lower('A')"),
        ("free", "9"),
    ],
)
def test_a_default_that_a_check_refuses_is_high(make_db: MakeDb, column: str, default: str) -> None:
    db = make_db(TABLE)
    operation = {"op": "alterColumnDefault", "table": "public.t", "column": column}

    (step,) = judged(db, {**operation, "default": default}).steps

    refused = _refused(
        db, f"ALTER TABLE t ALTER {column} SET DEFAULT {default}; INSERT INTO t (id) VALUES (1)"
    )
    assert step.verdict.level is (Level.HIGH if refused else Level.LOW)


@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("default", ["'none'::text", "gen_random_uuid()::text", None])
@pytest.mark.parametrize("op", ["addUnique", "addIndex"])
def test_a_default_is_one_value_for_all_rows(
    make_db: MakeDb, op: str, default: str | None, rows: int
) -> None:
    db = make_db(f"{TABLE} INSERT INTO t (id) SELECT generate_series(1, {rows})")
    column = {"name": "email", "type": "text", "default": default}
    add = {"op": "addColumn", "table": "public.t", "column": column}
    said: dict[str, dict[str, Any]] = {
        "addUnique": {
            "constraint": {
                "name": "k",
                "type": "unique",
                "definition": "UNIQUE (email)",
                "columns": ["email"],
            }
        },
        "addIndex": {
            "index": {
                "name": "k",
                "unique": True,
                "definition": "USING btree (email)",
                "columns": ["email"],
            }
        },
    }

    plan = judged(db, add, {"op": op, "table": "public.t", **said[op]})

    clause = f"DEFAULT {default}" if default else ""
    refused = _refused(
        db, f"ALTER TABLE t ADD email text {clause}; CREATE UNIQUE INDEX ON t (email)"
    )
    assert ("fails_on_existing_rows" in plan.steps[-1].verdict.codes) is refused


def test_a_default_that_is_filled_over_is_not_asked(make_db: MakeDb) -> None:
    db = make_db(f"{TABLE} INSERT INTO t (id) SELECT generate_series(1, 9)")
    column = {"name": "email", "type": "text", "default": "'none'::text"}
    index = {"name": "k", "unique": True, "definition": "USING btree (email)", "columns": ["email"]}
    fill = {"column": "email", "expression": "id::text", "where": "true"}

    plan = judged(
        db,
        {"op": "addColumn", "table": "public.t", "column": column},
        {"op": "backfill", "table": "public.t", **fill},
        {"op": "addIndex", "table": "public.t", "index": index},
    )

    assert "fails_on_existing_rows" not in plan.steps[-1].verdict.codes


def _refused(db: Connection[Any], statements: str) -> bool:
    try:
        with db.transaction(force_rollback=True):
            db.execute(statements.encode())
    except Error:
        return True
    return False


TYPED = """
CREATE TABLE typed (id integer, v varchar(3), b char(3), s smallint, i integer, l bigint,
                    n numeric(5,2), w numeric(4), t text, d numeric);
"""
LITERALS = [
    ("v", "'abcdef'", True),
    ("v", "'abc   '", False),
    ("v", "'äöü'", False),
    ("v", "'äöüß'", True),
    ("v", "$$a'bc$$", True),
    ("v", "$$'bc$$", False),
    ("v", "'abcdef'::text", True),
    ("v", "'abcdef'::varchar(3)", False),
    ("v", "12345", True),
    ("v", "123", False),
    ("v", "lower('ABC')", False),
    ("b", "'abcd'", True),
    ("b", "'ab'", False),
    ("s", "32767", False),
    ("s", "32768", True),
    ("s", "-32768", False),
    ("s", "-99999", True),
    ("i", "3000000000", True),
    ("i", "1e3", False),
    ("i", "2147483647.5", True),
    ("i", "2147483647.4", False),
    ("l", "1e30", True),
    ("n", "999.994", False),
    ("n", "999.995", True),
    ("n", "-1234.5", True),
    ("n", "'1234'", True),
    ("n", "'NaN'", False),
    ("w", "9999.5", True),
    ("w", "9999", False),
    ("t", "'abcdef'", False),
    ("d", "123456789", False),
    ("d", "NULL", False),
]


@pytest.mark.parametrize(("column", "default", "fails"), LITERALS)
def test_a_default_that_its_type_does_not_hold(
    make_db: MakeDb, column: str, default: str, fails: bool
) -> None:
    """PostgreSQL takes it, and fails once a row gets it."""
    db, plan = changed(make_db, TYPED, f"ALTER TABLE typed ALTER {column} SET DEFAULT {default}")

    high = [one for one in evidence(plan, "changes_default") if "does not hold" in one]
    assert bool(high) is fails
    assert not fails or plan.level is Level.HIGH
    assert _refused(db, "INSERT INTO typed (id) VALUES (1)") is fails


@pytest.mark.parametrize(("column", "default", "fails"), LITERALS)
def test_a_column_with_a_default_that_its_type_does_not_hold(
    make_db: MakeDb, column: str, default: str, fails: bool
) -> None:
    """That is computed at once, for rows that are not there too."""
    ((type_, default),) = make_db(f"""
        {TYPED} ALTER TABLE typed ALTER {column} SET DEFAULT {default}""").execute(
        """SELECT format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)
             FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d
               ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = 'typed'::regclass AND a.attname = %s""",
        [column],
    )
    db = make_db(TYPED)
    said = {"name": "fresh", "type": type_, "default": default or "NULL"}

    plan = judged(db, {"op": "addColumn", "table": "public.typed", "column": said})

    assert (plan.level is Level.BLOCKED) is fails
    change = f"ALTER TABLE typed ADD fresh {type_} DEFAULT {said['default']}"
    assert _refused(db, change) is fails


@pytest.mark.parametrize(("type_", "fails"), [("varchar(2)", True), ("varchar(20)", False)])
def test_a_type_that_no_longer_holds_the_default(make_db: MakeDb, type_: str, fails: bool) -> None:
    before = f"{TYPED} ALTER TABLE typed ALTER v SET DEFAULT 'abc';"
    db, plan = changed(make_db, before, f"ALTER TABLE typed ALTER v TYPE {type_}")

    high = [one for one in evidence(plan, "changes_default") if "does not hold" in one]
    assert bool(high) is fails
    assert _refused(db, "INSERT INTO typed (id) VALUES (1)") is fails
