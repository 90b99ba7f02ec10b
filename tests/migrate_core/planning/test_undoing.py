"""How far each step can be undone, in one word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import from_builtins
from migrate_core.planning import undoing
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.planning.undoing import UndoGrade
from migrate_core.risk.facts import Facts, TableSize

LIVE = """
CREATE TABLE public.t (id int PRIMARY KEY, a int, b text);
CREATE INDEX by_a ON public.t (a);
CREATE TYPE public.mood AS ENUM ('good');
"""
T = {"table": "public.t"}
COLUMN = {"op": "addColumn", **T, "column": {"name": "n", "type": "text"}}
FILL = {"op": "backfill", **T, "column": "n", "expression": "b"}
NARROW = {"op": "alterColumnType", **T, "column": "a", "to": {"type": "smallint"}}
DROP = {"op": "dropColumn", **T, "column": "b"}

pytestmark = pytest.mark.db


@pytest.fixture
def plan_of(make_db: Callable[..., psycopg.Connection[Any]]) -> Callable[..., Plan]:
    def plan(*written: dict[str, Any], ask: Ask = no_facts) -> Plan:
        operations: list[Operation] = [from_builtins(one) for one in written]
        graph = read_graph(make_db(LIVE))
        return build(
            operations, graph, migration_id="20260101_000000_x", checksum="c", major=18, ask=ask
        )

    return plan


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (COLUMN, UndoGrade.EXACT),
        ({"op": "dropIndex", **T, "name": "by_a"}, UndoGrade.EXACT),
        ({"op": "softDropColumn", **T, "column": "b"}, UndoGrade.ARTIFACT),
        ({"op": "archiveTable", "name": "public.t"}, UndoGrade.ARTIFACT),
        (DROP, UndoGrade.DEFINITION),
        (NARROW, UndoGrade.DEFINITION),
        ({"op": "backfill", **T, "column": "b", "expression": "'x'"}, UndoGrade.LOST),
        ({"op": "addEnumValue", "name": "public.mood", "value": "bad"}, UndoGrade.LOST),
        ({"op": "rawSql", "sql": "SELECT 1"}, UndoGrade.LOST),
        ({"op": "rawSql", "sql": "SELECT 1", "down": "SELECT 1"}, UndoGrade.DEFINITION),
        ({"op": "rawSql", "sql": "DELETE FROM t", "down": "SELECT 1"}, UndoGrade.DEFINITION),
    ],
    ids=lambda value: value["op"] if isinstance(value, dict) else None,
)
def test_each_kind_of_step_has_its_grade(
    plan_of: Callable[..., Plan], written: dict[str, Any], expected: UndoGrade
) -> None:
    plan = plan_of(written)

    assert undoing.grades(plan) == (expected,)


def test_a_column_that_the_plan_adds_and_fills_goes_as_a_whole(
    plan_of: Callable[..., Plan],
) -> None:
    assert undoing.grades(plan_of(COLUMN, FILL)) == (UndoGrade.EXACT, UndoGrade.EXACT)


def test_the_worst_step_is_the_plans_grade(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(COLUMN, {"op": "softDropColumn", **T, "column": "a"}, DROP)

    assert undoing.worst(plan) is UndoGrade.DEFINITION


def test_of_an_empty_table_nothing_is_lost(plan_of: Callable[..., Plan]) -> None:
    def empty(relation: Any, probes: Any) -> Facts:
        size = TableSize(table=relation, rows=0, exact=True) if relation else None
        return Facts(size=size)

    assert undoing.grades(plan_of(DROP, ask=empty)) == (UndoGrade.EXACT,)
