"""Defaults that a rule of the table does not let in, by PostgreSQL's own word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, Error

from migrate_core.risk.levels import Level
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
