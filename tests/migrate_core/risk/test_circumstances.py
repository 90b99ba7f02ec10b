"""What goes on in the target makes reasons: each of these is so while it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from migrate_core.api.plans import Measuring
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import connect
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, build
from migrate_core.planning.reach import reach
from migrate_core.risk import circumstances
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity, InTheWay
from tests import runs

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
ORDERS = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer);
CREATE TABLE items (id integer PRIMARY KEY, order_id integer);
INSERT INTO orders SELECT g, g FROM generate_series(1, 100) AS g;
ANALYZE orders;
"""
ADD = {"op": "addColumn", "table": "public.orders", "column": {"name": "note", "type": "text"}}
INDEX = {
    "op": "addIndex",
    "table": "public.orders",
    "index": {"name": "o_total", "columns": ["total"], "definition": "USING btree (total)"},
}
FILL = {"op": "backfill", "table": "public.orders", "column": "total", "expression": "1"}


def judged(
    db: Connection[Any],
    *operations: dict[str, Any],
    user: str = "",
    given: Callable[[QualifiedName | None, Facts], Facts] = lambda _relation, facts: facts,
) -> Plan:
    """As api.plan() does it: one read-only session asks. `given` says what it is told instead."""
    endpoint = runs.endpoint_of(db)
    with closing(connect.plan_session(endpoint, "zanith/plan")) as conn:
        if user:
            conn.execute(f"SET ROLE {user}".encode())
        measure, graph = Measuring(conn), read_graph(db)
        written = [from_builtins(one) for one in operations]
        major = db.info.server_version // 10_000
        measure.look_at(reach(written, graph, major=major))
        return build(
            written,
            graph,
            migration_id="20260101_000000_m",
            checksum="c",
            major=major,
            ask=lambda relation, probes: given(relation, measure(relation, probes)),
        )


def codes(plan: Plan) -> dict[str, Level]:
    return {reason.code: reason.level for step in plan.steps for reason in step.verdict.reasons}


@contextmanager
def transaction(db: Connection[Any], statement: str) -> Iterator[Connection[Any]]:
    with closing(runs.another(db)) as other:
        other.execute("BEGIN")
        other.execute(statement.encode())
        yield other


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open for however short a time counts."""
    monkeypatch.setattr(circumstances, "SOON_GONE_SECONDS", 0)
    monkeypatch.setattr(circumstances, "OLD_SECONDS", 0)


def test_nothing_goes_on(make_db: MakeDb) -> None:
    plan = judged(make_db(ORDERS), ADD, INDEX, FILL)

    assert set(codes(plan)) == {"adds_nullable_column", "adds_index", "requires_backfill"}
    assert plan.surroundings is not None
    assert plan.surroundings.replicas == 0


def test_a_session_that_reads_the_table_is_in_the_way(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circumstances, "SOON_GONE_SECONDS", 0)
    db = make_db(ORDERS)
    with transaction(db, "SELECT FROM orders") as reader:
        pid = reader.info.backend_pid
        held = judged(db, ADD)
        elsewhere = judged(db, {**ADD, "table": "public.items"})
    after = judged(db, ADD)

    found = held.steps[0].verdict.reasons[0]
    assert (found.code, found.level) == ("waits_for_sessions", Level.MEDIUM)
    assert f"pid {pid} holds ACCESS SHARE" in found.evidence
    assert "waits_for_sessions" not in {**codes(elsewhere), **codes(after)}


def test_a_session_that_is_left_idle_does_not_go_away_by_itself(
    make_db: MakeDb, at_once: None
) -> None:
    db = make_db(ORDERS)
    with transaction(db, "SELECT FROM orders"):
        left = judged(db, ADD)
        index = judged(db, INDEX)

    found = left.steps[0].verdict.reasons[0]
    assert (found.code, found.level) == ("waits_for_sessions", Level.HIGH)
    assert found.evidence.endswith("idle in transaction")
    assert "waits_for_sessions" not in codes(index)


@pytest.mark.parametrize(
    ("state", "seconds", "level"),
    [
        ("active", 599, Level.MEDIUM),
        ("active", 600, Level.HIGH),
        ("idle in transaction", 59, Level.MEDIUM),
        ("idle in transaction", 60, Level.HIGH),
        ("idle in transaction (aborted)", 60, Level.HIGH),
    ],
)
def test_who_is_left_idle_for_a_minute_or_works_for_as_long_as_we_try(
    state: str, seconds: float, level: Level
) -> None:
    works = InTheWay(pid=1, mode="ACCESS SHARE", state="active", seconds=599)
    holder = InTheWay(pid=2, mode="ACCESS SHARE", state=state, seconds=seconds)
    work = circumstances.Work(relation=None, strongest=LockMode.ACCESS_EXCLUSIVE)
    facts = Facts(activity=Activity(holders=(works, holder)))
    (found,) = circumstances.circumstances(work, facts)

    assert found.level is level
    assert found.evidence.startswith("pid 2" if level is Level.HIGH else "pid 1")


def test_a_reader_is_not_in_the_way_of_an_index_but_its_transaction_is_waited_for(
    make_db: MakeDb, at_once: None
) -> None:
    db = make_db(ORDERS)
    with transaction(db, "SELECT FROM orders"):
        found = codes(judged(db, INDEX))

    assert found["waits_for_old_transactions"] is Level.MEDIUM
    assert "waits_for_sessions" not in found


def test_a_young_transaction_is_no_news(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    with transaction(db, "SELECT FROM orders"):
        assert set(codes(judged(db, ADD))) == {"adds_nullable_column"}


def test_a_prepared_transaction_holds_the_table_with_no_session(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    name = f"p_{db.info.dbname}"
    with transaction(db, "UPDATE orders SET total = 0 WHERE id = 1") as other:
        other.execute(f"PREPARE TRANSACTION '{name}'".encode())
    try:
        found = judged(db, ADD)
    finally:
        db.execute(f"ROLLBACK PREPARED '{name}'".encode())

    assert codes(found)["waits_for_prepared_transaction"] is Level.HIGH
    assert found.surroundings is not None
    assert found.surroundings.prepared == 1


def test_a_busy_table_makes_a_brief_lock_heavier(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = make_db(ORDERS)
    monkeypatch.setattr(circumstances, "BUSY_PER_SECOND", 1e-9)
    monkeypatch.setattr(circumstances, "BUSY_COUNT", 0)
    db.execute("SELECT pg_stat_force_next_flush()" if db.info.server_version >= 150_000
               else "SELECT pg_sleep(1)")  # fmt: skip

    found = codes(judged(db, ADD))
    online = codes(judged(db, INDEX))

    assert found["locks_busy_table"] is Level.MEDIUM
    assert "locks_busy_table" not in online


def test_a_rate_whose_beginning_nobody_knows_is_the_most_that_it_can_be(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = make_db(ORDERS)
    monkeypatch.setattr(circumstances, "BUSY_PER_SECOND", 0)
    monkeypatch.setattr(circumstances, "BUSY_COUNT", 0)
    never = judged(db, ADD).steps[0]
    db.execute("SELECT pg_stat_reset()")
    since = judged(db, ADD).steps[0]

    for step, words in ((never, "with at most"), (since, "with about")):
        assert step.facts.activity is not None
        (said,) = (r for r in step.verdict.reasons if r.code == "locks_busy_table")
        assert words in said.evidence, step.facts.activity


def test_a_published_table_tells_of_its_subscribers(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} CREATE PUBLICATION shop FOR TABLE orders")

    found = judged(db, ADD)

    assert codes(found)["not_replicated_to_subscribers"] is Level.MEDIUM
    assert "published by shop" in found.steps[0].verdict.reasons[0].evidence
    assert "not_replicated_to_subscribers" not in codes(judged(db, INDEX))
    other = {"op": "addColumn", "table": "public.items", "column": ADD["column"]}
    assert "not_replicated_to_subscribers" not in codes(judged(db, other))


def test_a_role_that_may_not_is_refused_before_anything_runs(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    role = f"r_{db.info.dbname}"
    db.execute(f"CREATE ROLE {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
               f" REVOKE CREATE ON SCHEMA public FROM PUBLIC".encode())  # fmt: skip
    table = {
        "op": "createTable",
        "definition": {"name": "public.new", "columns": [ADD["column"]]},
    }
    try:
        theirs = [codes(judged(db, one, user=role)) for one in (ADD, INDEX, FILL, table)]
        db.execute(f"GRANT UPDATE ON orders TO {role}".encode())
        writes = codes(judged(db, FILL, user=role))
        ours = codes(judged(db, ADD, FILL, table))
    finally:
        db.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())

    assert [found.get("lacks_privilege") for found in theirs] == [Level.BLOCKED] * 4
    assert "lacks_privilege" not in {**writes, **ours}


def test_a_backfill_where_autovacuum_is_off(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} ALTER TABLE orders SET (autovacuum_enabled = false)")

    assert codes(judged(db, FILL))["autovacuum_is_off"] is Level.MEDIUM
    assert "autovacuum_is_off" not in codes(judged(db, ADD))


def test_a_copy_into_another_table_leaves_no_dead_rows_in_this_one(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS} ALTER TABLE orders SET (autovacuum_enabled = false)")

    found = codes(judged(db, {"op": "rebuildTable", "table": "public.orders"}))

    assert "rebuilds_table_online" in found
    assert "autovacuum_is_off" not in found


def test_a_plan_asks_the_server_once_and_locks_nothing(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    with transaction(db, "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"):
        found = judged(db, ADD)

    (step,) = found.steps
    assert step.facts.activity is not None
    assert [h.mode for h in step.facts.activity.holders] == ["ACCESS EXCLUSIVE"]
    assert isinstance(found, Plan)


def test_a_lost_connection_is_not_taken_for_an_answer(make_db: MakeDb) -> None:
    db = make_db(ORDERS)
    with closing(connect.plan_session(runs.endpoint_of(db), "zanith/plan")) as conn:
        db.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            Measuring(conn)
