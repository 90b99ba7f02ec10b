"""A table that is renamed while a view of its old name goes on answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.planning.plan import Plan
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import codes, judged

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection[Any]]
STAFF = """
CREATE TABLE staff (id integer PRIMARY KEY, name text, role text DEFAULT 'new');
INSERT INTO staff (id, name) VALUES (1, 'Ann');
"""
RENAME = {"op": "renameTable", "name": "public.staff", "to": "employees"}
COLUMNS = {"id": "integer", "name": "text", "role": "text"}


def view(*columns: str, rest: str = "") -> dict[str, Any]:
    listed = ",\n    ".join(columns)
    return {
        "op": "createView",
        "definition": {
            "name": "public.staff",
            "definition": f" SELECT {listed}\n   FROM public.employees{rest}",
            "outputs": [{"name": name, "type": COLUMNS[name]} for name in columns],
        },
    }


def weight(db: Connection[Any], *operations: dict[str, Any]) -> Level:
    return codes(judged(db, RENAME, *operations))["rename_table"]


def run(db: Connection[Any], plan: Plan) -> None:
    for step in plan.steps:
        for stage in step.stages:
            for statement in stage.statements:
                db.execute(statement.sql.encode())


def test_a_view_of_the_old_name_answers_for_the_table(make_db: MakeDb) -> None:
    db = make_db(STAFF)
    plan = judged(db, RENAME, view("id", "name", "role"))

    assert codes(plan)["rename_table"] is Level.MEDIUM
    run(db, plan)
    db.execute("INSERT INTO staff (id, name) VALUES (2, 'Bob')")
    db.execute("UPDATE staff SET name = 'Cid' WHERE id = 1")
    db.execute("INSERT INTO staff (id, name) VALUES (2, 'Dan') ON CONFLICT (id) DO NOTHING")
    assert db.execute("SELECT * FROM employees ORDER BY id").fetchall() == [
        (1, "Cid", "new"),
        (2, "Bob", "new"),
    ]


def test_a_view_that_shows_less_does_not(make_db: MakeDb) -> None:
    db = make_db(STAFF)

    assert weight(db) is Level.HIGH
    assert weight(db, view("id", "name")) is Level.HIGH
    assert weight(db, view("id", "name", "role", rest="\n  WHERE id > 0")) is Level.HIGH


def test_a_view_that_others_may_not_read_does_not(make_db: MakeDb) -> None:
    db = make_db(STAFF + "GRANT SELECT ON staff TO pg_monitor")
    whole = view("id", "name", "role")
    right: dict[str, Any] = {"op": "grant", "object": "view", "schema": "public", "name": "staff"}
    right |= {"privileges": ["SELECT"], "grantee": "pg_monitor"}

    assert weight(db, whole) is Level.HIGH
    assert weight(db, whole, right) is Level.MEDIUM


def test_a_view_before_row_security_does_not(make_db: MakeDb) -> None:
    db = make_db(STAFF + "ALTER TABLE staff ENABLE ROW LEVEL SECURITY")

    assert weight(db, view("id", "name", "role")) is Level.HIGH
