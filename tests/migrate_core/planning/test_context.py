"""What steps of one plan mean to each other, and what they lock in sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.pg.locks import LockMode
from migrate_core.planning.timeline import by_table, holds
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import ADD, INDEX, codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
ORDERS = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer, code integer);
INSERT INTO orders SELECT g, g, g FROM generate_series(1, 100) AS g;
"""


def retype(column: str) -> dict[str, Any]:
    to = {"type": "bigint"}
    return {"op": "alterColumnType", "table": "public.orders", "column": column, "to": to}


def test_a_table_that_is_rewritten_twice_says_so_at_the_second(make_db: MakeDb) -> None:
    first, second = judged(make_db(ORDERS), retype("total"), retype("code")).steps

    assert "scanned_again" not in first.verdict.codes
    (again,) = (r for r in second.verdict.reasons if r.code == "scanned_again")
    assert again.evidence == "public.orders, by step 1 too"


def test_an_index_that_is_built_and_then_rewritten(make_db: MakeDb) -> None:
    db = make_db(ORDERS)

    assert codes(judged(db, INDEX, retype("total")))["writes_index_anew"] is Level.MEDIUM
    assert "writes_index_anew" not in codes(judged(db, retype("total"), INDEX))


def test_what_is_made_and_dropped_in_one_plan(make_db: MakeDb) -> None:
    drop = {"op": "dropColumn", "table": "public.orders", "column": "note"}

    assert "drops_what_was_made" in codes(judged(make_db(ORDERS), ADD, drop))


def test_a_drop_beside_an_add_of_the_same_type_looks_like_a_rename(make_db: MakeDb) -> None:
    add = {**ADD, "column": {"name": "amount", "type": "integer"}}
    drop = {"op": "softDropColumn", "table": "public.orders", "column": "total"}
    db = make_db(ORDERS)

    assert codes(judged(db, add, drop))["looks_like_rename"] is Level.LOW
    assert "looks_like_rename" not in codes(judged(db, ADD, drop))


def test_another_table_that_is_locked_is_named(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} CREATE TABLE items (id integer PRIMARY KEY, order_id integer)")
    key = {
        "name": "items_order",
        "type": "foreign key",
        "columns": ["order_id"],
        "references": "public.orders",
        "ref_columns": ["id"],
        "definition": "FOREIGN KEY (order_id) REFERENCES public.orders(id)",
    }
    plan = judged(db, {"op": "addForeignKey", "table": "public.items", "constraint": key})

    (found,) = (r for r in plan.steps[0].verdict.reasons if r.code == "locks_other_table")
    assert found.evidence == "SHARE ROW EXCLUSIVE on public.orders"
    modes = {str(h.relation): h.mode for h in holds(plan)}
    assert modes["public.orders"] is LockMode.SHARE_ROW_EXCLUSIVE


def test_locks_are_summed_by_table(make_db: MakeDb) -> None:
    found = by_table(judged(make_db(ORDERS), ADD, INDEX, retype("total")))

    (orders,) = (one for one in found if str(one.relation) == "public.orders")
    assert (orders.strongest, orders.steps) == (LockMode.ACCESS_EXCLUSIVE, (1, 2, 3))
    assert orders.waits_low is not None
    assert orders.waits_high is not None
    assert 0 < orders.waits_low < orders.waits_high


def in_two(column: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    given = {"table": "public.orders", "column": "total", "to": {"column": column}}
    return {"op": "expandColumn", **given}, {"op": "contractColumn", **given}


@pytest.mark.parametrize(
    ("column", "level", "says"),
    [
        ({"name": "amount", "type": "integer"}, Level.HIGH, "total is gone"),
        ({"name": "total", "type": "bigint"}, Level.MEDIUM, "bigint"),
    ],
)
def test_a_contract_in_the_plan_of_its_expansion_comes_too_soon(
    make_db: MakeDb, column: dict[str, Any], level: Level, says: str
) -> None:
    expand, contract = judged(make_db(ORDERS), *in_two(column)).steps

    assert "contracts_at_once" not in expand.verdict.codes
    (soon,) = (r for r in contract.verdict.reasons if r.code == "contracts_at_once")
    assert (soon.level, contract.verdict.level) == (level, level)
    assert "step 1" in soon.evidence
    assert says in soon.evidence
    assert "not_measured" not in contract.verdict.codes


def test_a_contract_without_its_expansion_is_not_taken_for_one_that_was_measured(
    make_db: MakeDb,
) -> None:
    _, contract = in_two({"name": "total", "type": "bigint"})

    (step,) = judged(make_db(ORDERS), contract).steps

    assert "contracts_at_once" not in step.verdict.codes
    assert step.verdict.codes[0] == "not_measured"
