"""A table that becomes partitioned, or ordinary again, keeps its rows; or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.errors import StepFailedError
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import Plan
from tests import runs
from tests.migrate_core.operations.test_every_kind import CASES, answers_of, plan_of

MakeDb = Callable[[str], Connection[Any]]
REPARTITIONED = [case for case in CASES if case.parts[-2] == "repartition_table"]
ORDERS = """
CREATE TABLE public.orders (id integer GENERATED ALWAYS AS IDENTITY, day date NOT NULL);
"""
ROWS = "INSERT INTO public.orders (day) SELECT date '2026-01-01' + n FROM generate_series(1, 9) n"
PARTITIONED = """
CREATE TABLE public.orders (id integer GENERATED ALWAYS AS IDENTITY, day date NOT NULL)
    PARTITION BY RANGE (day);
CREATE TABLE public.orders_2026 PARTITION OF public.orders
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
"""


def plan_between(db: Connection[Any], other: Connection[Any]) -> Plan:
    before = read_graph(db)
    major = db.info.server_version // 10_000
    return plan_of(diff(before, read_graph(other)), before, major)


@pytest.mark.parametrize("case", REPARTITIONED, ids=lambda case: case.name)
def test_every_row_is_there_afterwards(case: Any, make_db: MakeDb) -> None:
    db = make_db((case / "before.sql").read_text())
    before = read_graph(db)
    after = read_graph(make_db((case / "after.sql").read_text()))
    table = next(
        t.name
        for t in before.tables
        if after.table(t.name) and t.partition_key != after.table(t.name).partition_key
    )
    kept = ", ".join(
        c.name for c in before.table(table).columns if after.table(table).column(c.name)
    )
    detached = [
        t.name
        for t in after.tables
        if before.table(t.name) and before.table(t.name).partition_of and not t.partition_of
    ]
    db.execute(f"CREATE TEMP TABLE expected AS SELECT {kept} FROM {table}".encode())

    runs.run(
        db, plan_of(diff(before, after, answers_of(case)), before, db.info.server_version // 10_000)
    )

    found = " UNION ALL ".join(f"SELECT {kept} FROM {name}" for name in (table, *detached))
    for one, other in (("SELECT * FROM expected", found), (found, "SELECT * FROM expected")):
        left = db.execute(f"({one}) EXCEPT ALL ({other})".encode()).fetchall()
        assert left == []
    assert db.execute(b"SELECT count(*) > 0 FROM expected").fetchone() == (True,)


def test_the_identity_goes_on_where_it_was(make_db: MakeDb) -> None:
    db = make_db(ORDERS + ROWS)
    runs.run(db, plan_between(db, make_db(PARTITIONED)))

    added = db.execute(b"INSERT INTO public.orders (day) VALUES ('2026-05-05') RETURNING id")

    assert added.fetchone() == (10,)


def test_a_row_that_no_partition_takes_changes_nothing(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS}{ROWS}; INSERT INTO public.orders (day) VALUES ('2027-01-01')")
    before = read_graph(db)

    with pytest.raises(StepFailedError, match="no partition of relation"):
        runs.run(db, plan_between(db, make_db(PARTITIONED)))

    assert read_graph(db).same(before)
    assert db.execute(b"SELECT count(*) FROM public.orders").fetchone() == (10,)
