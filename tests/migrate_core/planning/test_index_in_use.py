"""An index that queries read is missed as often as they do: its own scans are counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.introspection.surroundings import read_activities
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, build
from migrate_core.risk.facts import Facts, Probe, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from migrate_core.schema.objects import Index
from migrate_core.schema.serving import serves
from tests import runs
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
CODE, UNKNOWN = "index_in_use", "index_use_unknown"
DAY = 86_400.0
T = QualifiedName("public", "orders")
SHOP = """
CREATE TABLE orders (id int PRIMARY KEY, customer int, state text, code text, at date);
CREATE INDEX o_customer ON orders (customer);
CREATE INDEX o_open ON orders (at) WHERE state = 'open';
ALTER TABLE orders ADD CONSTRAINT o_code UNIQUE (code);
INSERT INTO orders SELECT n, n, 'open', n::text FROM generate_series(1, 1000) AS n;
ANALYZE orders;
"""
LARGE = TableSize(table=T, rows=90_000_000, bytes=30 * 1024**3)
READ = Activity(reads=90_000_000, writes=0, counted_seconds=14 * DAY)
NIGHTLY = Activity(reads=14, writes=0, counted_seconds=14 * DAY)
NEVER = Activity(reads=0, writes=0, counted_seconds=60 * DAY)
LONG_AGO = msgspec.structs.replace(READ, last_read_seconds=60 * DAY)
DROP = {"op": "dropIndex", "table": str(T), "name": "o_customer"}


def index(name: str, definition: str) -> dict[str, Any]:
    made = {"name": name, "columns": ["customer"], "definition": definition}
    return {"op": "addIndex", "table": str(T), "index": made}


def planned(
    db: Connection[Any], *operations: dict[str, Any], used: Activity, size: TableSize | None = LARGE
) -> Plan:
    """As if every index were used so."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        if relation == T:
            return msgspec.structs.replace(facts, size=size)
        return msgspec.structs.replace(facts, activity=used) if relation else facts

    return judged(db, *operations, given=given)


def test_an_index_that_is_read_all_day_is_missed(make_db: MakeDb) -> None:
    db = make_db(SHOP)

    plan = planned(db, DROP, used=READ)
    (said,) = (r for r in plan.steps[0].verdict.reasons if r.code == CODE)

    assert said.level is Level.HIGH
    assert said.evidence.startswith("o_customer has about 74 scans a second, counted for 14 d")
    assert codes(planned(db, DROP, used=READ, size=None))[CODE] is Level.HIGH
    for used in (NIGHTLY, NEVER, LONG_AGO, Activity()):
        assert CODE not in codes(planned(db, DROP, used=used)), used


def test_an_index_that_nobody_has_counted_is_taken_for_used(make_db: MakeDb) -> None:
    db, small = make_db(SHOP), msgspec.structs.replace(LARGE, rows=1000, bytes=200_000)
    an_hour = msgspec.structs.replace(NEVER, counted_seconds=3600.0)

    for used in (Activity(), an_hour):
        assert codes(planned(db, DROP, used=used))[UNKNOWN] is Level.HIGH
        assert codes(planned(db, DROP, used=used, size=small))[UNKNOWN] is Level.LOW
        again = index("again", "USING btree (customer, state)")
        assert UNKNOWN not in codes(planned(db, DROP, again, used=used))
    for used in (READ, NIGHTLY, NEVER, LONG_AGO):
        assert UNKNOWN not in codes(planned(db, DROP, used=used)), used


def test_what_is_read_as_fast_without_it_is_no_danger(make_db: MakeDb) -> None:
    small = msgspec.structs.replace(LARGE, rows=1000, bytes=200_000)

    assert codes(planned(make_db(SHOP), DROP, used=READ, size=small))[CODE] is Level.LOW


OTHERS = {
    "USING btree (customer)": True,
    "USING btree (customer, state)": True,
    "USING btree (customer) INCLUDE (state) WITH (fillfactor='70')": True,
    "USING btree (state, customer)": False,
    "USING btree (customer DESC)": False,
    "USING btree (customer) WHERE (id > 5)": False,
    "USING hash (customer)": False,
}


@pytest.mark.parametrize("definition", OTHERS)
def test_an_index_that_another_serves_for(make_db: MakeDb, definition: str) -> None:
    plan = planned(make_db(SHOP), DROP, index("again", definition), used=READ)

    assert (CODE not in codes(plan)) is OTHERS[definition]


def test_a_key_is_read_as_an_index_is(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    drop = {"op": "dropUnique", "table": str(T), "name": "o_code"}

    assert codes(planned(db, drop, used=READ))[CODE] is Level.HIGH
    assert CODE not in codes(planned(db, drop, used=NEVER))


def test_a_key_serves_for_an_index_and_a_condition_is_of_few_rows(make_db: MakeDb) -> None:
    table = read_graph(make_db(SHOP)).table(T)
    assert table

    assert serves(table, Index(name="x", definition="USING btree (code)"))
    assert serves(table, Index(name="x", definition="USING btree (id) INCLUDE (code)")) == ""
    part = Index(name="x", definition="USING btree (at) WHERE (state = 'open'::text)")
    assert serves(table, part)
    assert serves(table, Index(name="x", definition="USING btree (at)")) == ""


def test_an_index_that_is_replaced_by_another(make_db: MakeDb) -> None:
    db = make_db(SHOP)

    def to(definition: str) -> dict[str, Any]:
        made = {"name": "o_customer", "columns": ["customer"], "definition": definition}
        return {"op": "replaceIndex", "table": str(T), "to": made}

    assert CODE not in codes(planned(db, to("USING btree (customer, state)"), used=READ))
    assert CODE in codes(planned(db, to("USING btree (state)"), used=READ))


def test_an_index_that_an_earlier_step_renames_or_makes(make_db: MakeDb) -> None:
    db, asked = make_db(SHOP), []
    rename = {"op": "renameIndex", "table": str(T), "name": "o_customer", "to": "by_customer"}

    def ask(relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        asked.append(str(relation))
        return Facts()

    build_of(db, ask, rename, {**DROP, "name": "by_customer"})
    assert "public.o_customer" in asked
    asked.clear()
    build_of(db, ask, index("new", "USING btree (state)"), {**DROP, "name": "new"})
    assert "public.new" not in asked


def build_of(db: Connection[Any], ask: Ask, *operations: dict[str, Any]) -> Plan:
    bound = [from_builtins(one) for one in operations]
    return build(bound, read_graph(db), migration_id="m", checksum="", major=18, ask=ask)


PARTS = """
CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE INDEX d_n ON days (n);
"""


def test_scans_are_counted_of_the_index_and_not_of_its_table(make_db: MakeDb) -> None:
    db = make_db(SHOP + PARTS)
    names = [QualifiedName("public", name) for name in ("o_customer", "o_open", "d_n")]
    with closing(runs.another(db)) as reader:
        reader.execute("SET enable_seqscan = off")
        reader.execute("SET enable_bitmapscan = off")
        for _ in range(3):
            reader.execute("SELECT FROM orders WHERE customer = 7", prepare=False)
            reader.execute("SELECT FROM days WHERE n = 7", prepare=False)
        reader.execute("SELECT pg_stat_force_next_flush()")
        reader.execute("SELECT 1")

    with db.transaction():
        found = read_activities(db, names)

    assert [found[name].reads for name in names] == [3, 0, 6]
    assert [found[name].writes for name in names] == [0, 0, 0]
    if db.info.server_version >= 160_000:
        last = found[names[0]].last_read_seconds
        assert last is not None
        assert last < 60
    assert found[names[1]].last_read_seconds is None
