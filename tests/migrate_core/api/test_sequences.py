"""Several migrations that are pending: the plan of one knows those before it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.errors import DriftError
from migrate_core.files.migration import Migration
from migrate_core.operations.registry import from_builtins
from migrate_core.planning.gates import Circumstances, GateState, Policy, gates
from migrate_core.planning.plan import Plan, Step, decode_plan, encode_plan
from migrate_core.risk.levels import Level
from migrate_core.schema.fingerprint import fingerprint
from tests.runs import another, endpoint_of

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection[Any]]
ORDERS = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer, code integer, note text);
INSERT INTO orders SELECT g, g, g FROM generate_series(1, 100) AS g;
ANALYZE orders;
"""
FIRST, SECOND, THIRD = "20260101_000000_one", "20260102_000000_two", "20260103_000000_three"
INDEX = {
    "op": "addIndex",
    "table": "public.orders",
    "index": {"name": "o_total", "columns": ["total"], "definition": "USING btree (total)"},
}
REGIONS = {
    "op": "createTable",
    "definition": {
        "name": "public.regions",
        "columns": [{"name": "id", "type": "integer", "not_null": True}],
    },
}
REGION_INDEX = {
    "op": "addIndex",
    "table": "public.regions",
    "index": {"name": "regions_id", "columns": ["id"], "definition": "USING btree (id)"},
}
RAW = {"op": "rawSql", "sql": "INSERT INTO public.regions SELECT generate_series(1, 9)"}


def retype(column: str, table: str = "public.orders") -> dict[str, Any]:
    to = {"type": "bigint"}
    return {"op": "alterColumnType", "table": table, "column": column, "to": to}


def add(column: str, type_: str = "text") -> dict[str, Any]:
    given = {"name": column, "type": type_}
    return {"op": "addColumn", "table": "public.orders", "column": given}


def drop(column: str) -> dict[str, Any]:
    return {"op": "dropColumn", "table": "public.orders", "column": column}


def migration(id_: str, *operations: dict[str, Any]) -> Migration:
    return Migration(id=id_, operations=tuple(from_builtins(one) for one in operations))


def last(db: Connection[Any], *sets: tuple[dict[str, Any], ...]) -> Plan:
    """The plan of the last of them, with those before it pending."""
    ids = (FIRST, SECOND, THIRD)
    found = [migration(id_, *operations) for id_, operations in zip(ids, sets, strict=False)]
    return api.plan(endpoint_of(db), found[-1], earlier=found[:-1])


def said(step: Step) -> dict[str, str]:
    return {reason.code: reason.evidence for reason in step.verdict.reasons}


def test_an_index_that_a_pending_migration_builds_is_written_anew_by_the_next(
    make_db: MakeDb,
) -> None:
    (step,) = last(make_db(ORDERS), (INDEX,), (retype("total"),)).steps

    assert said(step)["writes_index_anew"] == f"built by step 1 of the pending {FIRST}"


def test_a_table_that_two_migrations_rewrite(make_db: MakeDb) -> None:
    (step,) = last(make_db(ORDERS), (retype("total"),), (retype("code"),)).steps

    assert said(step)["scanned_again"] == (f"public.orders, by step 1 of the pending {FIRST} too")


def test_a_column_that_one_adds_and_the_next_drops(make_db: MakeDb) -> None:
    plan = last(make_db(ORDERS), (add("hint"),), (drop("hint"),))

    found = said(plan.steps[0])
    assert found["drops_what_was_made"] == f"by step 1 of the pending {FIRST}"
    assert found["not_there_yet"] == f"made by {FIRST}, which is pending"
    assert plan.level is Level.MEDIUM
    assert not plan.steps[0].keeps_nothing


def test_a_drop_after_a_pending_add_looks_like_a_rename(make_db: MakeDb) -> None:
    (step,) = last(make_db(ORDERS), (add("amount", "integer"),), (drop("total"),)).steps

    assert said(step)["looks_like_rename"].startswith(f"step 1 of the pending {FIRST} adds")
    assert step.verdict.level is Level.DESTRUCTIVE


def test_a_table_that_two_migrations_touch_names_both(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} CREATE TABLE items (id integer PRIMARY KEY)")
    other = {**add("x"), "table": "public.items"}

    (touched,) = last(db, (add("a"),), (add("b"),), (add("c"),)).steps
    (apart,) = last(db, (add("a"),), (other,)).steps

    assert said(touched)["touched_by_pending"] == f"public.orders, by {FIRST} and {SECOND}"
    assert touched.verdict.level is Level.LOW
    assert apart.verdict.level is Level.SAFE
    assert "touched_by_pending" not in apart.verdict.codes


def test_of_a_table_that_is_not_there_yet_nothing_is_claimed(make_db: MakeDb) -> None:
    plan = last(make_db(ORDERS), (REGIONS,), (REGION_INDEX, retype("id", "public.regions")))

    index, rewrite = plan.steps
    assert (index.facts.size, index.facts.rows, index.facts.is_empty) == (None, None, False)
    assert index.facts.awaits == FIRST
    assert said(index)["not_there_yet"] == f"public.regions is made by {FIRST}, which is pending"
    assert f"not there yet: {FIRST}" in said(index)["adds_index"]
    assert (index.verdict.level, rewrite.verdict.level) == (Level.LOW, Level.LOW)
    assert "not_measured" not in index.verdict.codes


def test_a_table_that_a_pending_migration_makes_and_may_fill_counts_as_unknown(
    make_db: MakeDb,
) -> None:
    plan = last(make_db(ORDERS), (REGIONS, RAW), (retype("id", "public.regions"),))

    assert plan.steps[0].verdict.level is Level.HIGH
    assert said(plan.steps[0])["not_there_yet"].startswith("public.regions is made, and may be")


def test_rows_are_counted_under_the_name_that_the_target_has_now(make_db: MakeDb) -> None:
    away = {"op": "renameTable", "name": "public.orders", "to": "purchases"}
    forbid = {
        "op": "alterColumnNullable",
        "table": "public.purchases",
        "column": "note",
        "nullable": False,
    }

    (step,) = last(make_db(ORDERS), (away,), (forbid,)).steps

    assert step.facts.get("null_rows") == 100
    assert step.verdict.level is Level.BLOCKED
    assert step.facts.rows == 100


def test_a_rewrite_of_a_table_that_a_pending_migration_renames_and_rewrites(
    make_db: MakeDb,
) -> None:
    away = {"op": "renameTable", "name": "public.orders", "to": "purchases"}
    plan = last(make_db(ORDERS), (retype("total"), away), (retype("code", "public.purchases"),))

    assert said(plan.steps[0])["scanned_again"].startswith(
        "public.purchases, by step 1 of the pending"
    )


def test_a_plan_that_was_made_ahead_says_after_which_and_waits_for_them(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    first, second = migration(FIRST, add("a")), migration(SECOND, add("b"))
    endpoint, policy = endpoint_of(db), Policy(verify=False)
    ahead = api.plan(endpoint, second, earlier=[first])
    now = Circumstances(live_fingerprint=ahead.base_fingerprint)

    gate = gates(ahead, policy, now)[4]
    with pytest.raises(DriftError, match=FIRST):
        api.apply(endpoint, ahead, policy=policy, circumstances=Circumstances(), actor="dee")
    api.apply(
        endpoint, api.plan(endpoint, first), policy=policy, circumstances=Circumstances(), actor="d"
    )
    with pytest.raises(DriftError, match=f"planned before {FIRST} ran"):
        api.apply(endpoint, ahead, policy=policy, circumstances=Circumstances(), actor="dee")
    again = api.plan(endpoint, second)
    done = api.apply(endpoint, again, policy=policy, circumstances=Circumstances(), actor="dee")

    assert (gate.state, gate.says) == (GateState.WAITING, f"planned before {FIRST} ran")
    assert (ahead.after, again.after) == ((FIRST,), ())
    assert ahead.hash == again.hash
    assert done.state == "done"


def test_the_schema_it_starts_from_is_the_one_that_they_leave(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    first = migration(FIRST, add("a"), REGIONS)
    found = api.after(api.found(endpoint_of(db)), first)

    plan = api.plan(endpoint_of(db), migration(SECOND, add("b")), earlier=[first])

    assert plan.base_fingerprint == fingerprint(found)
    assert decode_plan(encode_plan(plan)) == plan


def test_planning_several_writes_nothing_and_waits_for_nobody(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    before = written(db)
    with closing(another(db)) as other, other.transaction():
        other.execute("LOCK TABLE orders IN EXCLUSIVE MODE")
        plan = last(db, (INDEX, add("a")), (retype("total"), drop("a")), (retype("code"),))

    assert "scanned_again" in plan.steps[0].verdict.codes
    assert written(db) == before


def written(db: Connection[Any]) -> int:
    """Rows by all sessions, as the server counts them; catalogs are autovacuum's as well."""
    db.execute("SELECT pg_stat_force_next_flush()")
    ((count,),) = db.execute(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
    ).fetchall()
    return int(count)
