"""Rows that are written in batches weigh the same, whichever kind writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
PEOPLE = "CREATE TABLE people (id integer PRIMARY KEY, age integer, name text, surname text);"
ROWS = "INSERT INTO people SELECT g, g, 'Ada', 'L' FROM generate_series(1, 100) AS g;"
TABLE = {"table": "public.people"}
WHOLE = {"name": "whole", "type": "text"}
FILLING = [
    {"op": "backfill", **TABLE, "column": "age", "expression": "1"},
    {"op": "addColumn", **TABLE,
     "column": {"name": "luck", "type": "double precision", "default": "random()"}},
    {"op": "expandColumn", **TABLE, "column": "age",
     "to": {"column": {"name": "age", "type": "bigint"}}},
    {"op": "expandColumn", **TABLE, "column": "age",
     "to": {"column": {"name": "years", "type": "integer"}}},
    {"op": "splitColumn", **TABLE, "column": "name",
     "into": [{"column": WHOLE, "expression": "lower(name)"}]},
    {"op": "mergeColumns", **TABLE, "columns": ["name", "surname"],
     "into": {"column": WHOLE, "expression": "name || surname"}},
]  # fmt: skip


@pytest.mark.parametrize("written", FILLING, ids=lambda written: written["op"])
def test_rows_written_in_batches_are_medium_and_estimated_so(
    make_db: MakeDb, written: dict[str, Any]
) -> None:
    (step,) = judged(make_db(PEOPLE + ROWS), written).steps

    assert step.verdict.level is Level.MEDIUM
    (reason,) = (r for r in step.verdict.reasons if r.code == "requires_backfill")
    assert reason.level is Level.MEDIUM
    assert "in batches by id; 100 rows, " in reason.evidence
    assert step.estimate is not None
    assert step.estimate.written > 0
    assert step.estimate.source != "catalog only"


@pytest.mark.parametrize("written", FILLING, ids=lambda written: written["op"])
def test_where_there_are_no_rows_nothing_is_filled(
    make_db: MakeDb, written: dict[str, Any]
) -> None:
    (step,) = judged(make_db(PEOPLE), written).steps

    (reason,) = (r for r in step.verdict.reasons if r.code == "requires_backfill")
    assert reason.level is Level.SAFE
