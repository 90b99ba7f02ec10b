"""A table that becomes partitioned, or ordinary again, keeps its rows; or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.errors import StepFailedError
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import Plan
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.repartition import repartitioned
from tests import runs
from tests.migrate_core.operations.cases import CASES, answers_of, plan_of

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


def plan_between(db: Connection[Any], after: SchemaGraph, case: Path | None = None) -> Plan:
    before = read_graph(db)
    operations = diff(before, after, answers_of(case) if case else None)
    return plan_of(operations, before, db.info.server_version // 10_000)


def became_ordinary(before: SchemaGraph, after: SchemaGraph) -> list[Table]:
    """Partitions that stay, with their rows, as tables of their own."""
    kept = (table for table in before.tables if table.partition_of)
    return [t for t in kept if (now := after.table(t.name)) and not now.partition_of]


@pytest.mark.parametrize("case", REPARTITIONED, ids=lambda case: case.name)
def test_every_row_is_there_afterwards(case: Path, make_db: MakeDb) -> None:
    db = make_db((case / "before.sql").read_text())
    before, after = read_graph(db), read_graph(make_db((case / "after.sql").read_text()))
    ((old, new),) = repartitioned(before, after)
    columns = ", ".join(column.name for column in old.columns if new.column(column.name))
    db.execute(f"CREATE TEMP TABLE expected AS SELECT {columns} FROM {old.name}".encode())

    runs.run(db, plan_between(db, after, case))

    wanted = "SELECT * FROM expected"
    found = " UNION ALL ".join(
        f"SELECT {columns} FROM {table.name}" for table in (new, *became_ordinary(before, after))
    )
    for one, other in ((wanted, found), (found, wanted)):
        assert db.execute(f"({one}) EXCEPT ALL ({other})".encode()).fetchall() == []
    assert db.execute(b"SELECT count(*) > 0 FROM expected").fetchone() == (True,)


def test_the_identity_goes_on_where_it_was(make_db: MakeDb) -> None:
    db = make_db(ORDERS + ROWS)
    runs.run(db, plan_between(db, read_graph(make_db(PARTITIONED))))

    added = db.execute(b"INSERT INTO public.orders (day) VALUES ('2026-05-05') RETURNING id")

    assert added.fetchone() == (10,)


def test_a_row_that_no_partition_takes_changes_nothing(make_db: MakeDb) -> None:
    db = make_db(f"{ORDERS}{ROWS}; INSERT INTO public.orders (day) VALUES ('2027-01-01')")
    before = read_graph(db)

    with pytest.raises(StepFailedError, match="no partition of relation"):
        runs.run(db, plan_between(db, read_graph(make_db(PARTITIONED))))

    assert read_graph(db).same(before)
    assert db.execute(b"SELECT count(*) FROM public.orders").fetchone() == (10,)
