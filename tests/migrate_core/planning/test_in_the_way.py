"""Who is in the way on every table that a step locks, whichever it is about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import Connection

from migrate_core import api
from migrate_core.api import plans
from migrate_core.files.migration import Migration
from migrate_core.introspection.surroundings import read_activities
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk import circumstances
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.surroundings import Activity
from tests import runs
from tests.migrate_core.risk import test_circumstances
from tests.migrate_core.risk.test_circumstances import codes, transaction

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
SHOP = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer);
CREATE TABLE items (id integer PRIMARY KEY, order_id integer);
INSERT INTO orders VALUES (1, 10);
INSERT INTO items VALUES (1, 1);
CREATE TABLE days (day date) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
"""
READS, WRITES = "SELECT FROM orders", "UPDATE orders SET total = 0"
KEY = "ALTER TABLE items ADD CONSTRAINT i_order FOREIGN KEY (order_id) REFERENCES {other} NOT VALID"
WAITS = "waits_for_sessions"
COLUMN = {"name": "note", "type": "text"}
DAYS = {"op": "addColumn", "table": "public.days", "column": COLUMN}


def key(other: str = "orders") -> dict[str, Any]:
    definition = f"FOREIGN KEY (order_id) REFERENCES public.{other}(id)"
    constraint = {"name": "i_order", "type": "foreign key", "definition": definition}
    return {"op": "addForeignKey", "table": "public.items", "constraint": constraint}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open for however short a time counts."""
    monkeypatch.setattr(circumstances, "SOON_GONE_SECONDS", 0)
    monkeypatch.setattr(circumstances, "OLD_SECONDS", 0)


def planned(db: Connection[Any], *operations: dict[str, Any]) -> Plan:
    found = tuple(from_builtins(one) for one in operations)
    return api.plan(runs.endpoint_of(db), Migration(id="20260101_000000_m", operations=found))


def said(plan: Plan, code: str = WAITS) -> list[Reason]:
    return [r for step in plan.steps for r in step.verdict.reasons if r.code == code]


def waits(db: Connection[Any], statement: str) -> bool:
    """As PostgreSQL has it."""
    with closing(runs.another(db)) as conn:
        conn.execute("SET lock_timeout = '50ms'")
        conn.execute("BEGIN")
        try:
            conn.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return True
        finally:
            conn.execute("ROLLBACK")
        return False


@pytest.mark.parametrize("holds", [READS, WRITES])
def test_a_foreign_key_waits_for_who_writes_the_other_table(make_db: MakeDb, holds: str) -> None:
    db = make_db(SHOP)
    with transaction(db, holds) as other:
        pid = other.info.backend_pid
        really = waits(db, KEY.format(other="orders"))
        found = said(planned(db, key()))

    assert really is (holds == WRITES)
    assert bool(found) is really
    if found:
        assert found[0].level is Level.HIGH
        assert f"pid {pid} holds ROW EXCLUSIVE on public.orders, open for" in found[0].evidence


def test_who_holds_both_tables_is_told_of_once(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    with transaction(db, WRITES) as other:
        other.execute("UPDATE items SET order_id = 1")
        (found,) = said(planned(db, key()))

    assert found.evidence.count("pid ") == 1
    assert "public.orders" not in found.evidence


def test_a_table_that_an_earlier_step_makes_is_held_by_nobody(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    columns = [{"name": "id", "type": "integer", "not_null": True}]
    rule = {"name": "s", "type": "primary key", "definition": "PRIMARY KEY (id)"}
    table = {"name": "public.shops", "columns": columns, "constraints": [rule]}
    with transaction(db, WRITES):
        found = planned(db, {"op": "createTable", "definition": table}, key("shops"))

    assert said(found) == []


def test_a_table_that_an_earlier_step_renames_is_asked_for_as_it_is_called(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    rename = {"op": "renameTable", "name": "public.orders", "to": "sales"}
    with transaction(db, WRITES):
        found = planned(db, rename, key("sales"))

    assert [WAITS in step.verdict.codes for step in found.steps] == [True, True]


def test_what_is_done_to_a_partitioned_table_waits_for_who_reads_a_partition(
    make_db: MakeDb,
) -> None:
    db = make_db(SHOP)
    with transaction(db, "SELECT FROM days_2"):
        really = waits(db, "ALTER TABLE days ADD COLUMN note text")
        (found,) = said(planned(db, DAYS))
    with transaction(db, "SELECT FROM days"):  # and of all that are in it
        (whole,) = said(planned(db, DAYS))

    assert really
    assert "on public.days_2" in found.evidence
    assert whole.evidence.count("pid ") == 1


def test_a_prepared_transaction_on_the_other_table(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    name = f"p_{db.info.dbname}"
    with transaction(db, WRITES) as other:
        other.execute(f"PREPARE TRANSACTION '{name}'".encode())
    try:
        (found,) = said(planned(db, key()), "waits_for_prepared_transaction")
    finally:
        db.execute(f"ROLLBACK PREPARED '{name}'".encode())

    assert found.level is Level.HIGH
    assert "on public.orders" in found.evidence


def of_orders(db: Connection[Any], activity: Activity) -> Plan:
    """As if that went on there."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        is_other = relation is not None and relation.name == "orders"
        used = activity if is_other else facts.activity
        return msgspec.structs.replace(facts, activity=used)

    return test_circumstances.judged(db, key(), given=given)


def test_a_vacuum_against_wraparound_of_the_other_table(make_db: MakeDb) -> None:
    plan = of_orders(make_db(SHOP), Activity(vacuumed_for_wraparound=True))

    (found,) = said(plan, "waits_for_vacuum")
    assert found.evidence == "it runs now on public.orders"


def test_many_statements_meet_the_lock_on_the_other_table(make_db: MakeDb) -> None:
    busy = Activity(reads=9_000_000, writes=900_000, counted_seconds=1000)
    quiet = Activity(reads=900, writes=9, counted_seconds=1000)
    db = make_db(SHOP)

    (found,) = said(of_orders(db, busy), "locks_busy_table")
    assert found.level is Level.MEDIUM
    assert found.evidence.startswith("SHARE ROW EXCLUSIVE on public.orders with about 9,900")
    assert "locks_busy_table" not in codes(of_orders(db, quiet))


def test_all_tables_are_asked_for_at_once(make_db: MakeDb, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []

    def read(conn: Connection[Any], relations: Any, around: Any) -> Any:
        asked.append({relation.name for relation in relations})
        return read_activities(conn, relations, around)

    monkeypatch.setattr(plans, "read_activities", read)
    planned(make_db(SHOP), key(), DAYS)

    assert asked == [{"items", "orders", "days", "days_1", "days_2"}]


def test_what_was_measured_of_other_tables_is_not_kept(make_db: MakeDb) -> None:
    (step,) = planned(make_db(SHOP), DAYS).steps

    assert step.facts.activity is not None
    assert step.facts.locked == ()
