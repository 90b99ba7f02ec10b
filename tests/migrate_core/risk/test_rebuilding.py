"""A table written anew beside the running one is load; one written under its lock is an outage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Step, build
from migrate_core.risk.facts import Answer, Facts, Probe, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.rates import WorkKind

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
MB = 10**6
ORDERS = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, note text);
CREATE INDEX by_customer ON orders (customer);
"""
ALONE = "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, note text);"
REBUILD = {"op": "rebuildTable", "table": "public.orders", "options": ["fillfactor=80"]}
REPARTITION = {"op": "repartitionTable", "table": "public.orders", "partition_key": "RANGE (id)"}
REORDER = {**REBUILD, "columns": ["id", "note", "customer"]}


def planned(db: Connection[Any], written: dict[str, Any], size: TableSize | None) -> Step:
    def ask(relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        answers = tuple(Answer(fact=p.fact, question=p.question, count=0) for p in probes)
        return Facts(size=size, answers=answers)

    (step,) = build(
        [from_builtins(written)],
        read_graph(db),
        migration_id="20260101_000000_m",
        checksum="c",
        major=db.info.server_version // 10_000,
        ask=ask,
    ).steps
    return step


def of(size: int, rows: int = 100) -> TableSize:
    name = QualifiedName("public", "orders")
    return TableSize(table=name, rows=rows, bytes=size, exact=rows == 0)


@pytest.mark.parametrize(
    ("size", "beside", "locked"),
    [
        (of(8192, rows=0), Level.SAFE, Level.SAFE),
        (of(1 * MB), Level.LOW, Level.LOW),
        (of(20 * MB), Level.MEDIUM, Level.MEDIUM),
        (of(900 * MB), Level.MEDIUM, Level.HIGH),
        (of(90_000 * MB), Level.MEDIUM, Level.HIGH),
        (None, Level.MEDIUM, Level.HIGH),
    ],
)
def test_beside_the_running_table_it_is_never_an_outage(
    make_db: MakeDb, size: TableSize | None, beside: Level, locked: Level
) -> None:
    db = make_db(ALONE)

    rebuilt = planned(db, REBUILD, size).verdict
    copied = planned(db, REPARTITION, size).verdict

    assert (rebuilt.level, copied.level) == (beside, locked)
    assert "rebuilds_table" not in rebuilt.codes
    assert "rebuilds_table" in copied.codes


def test_it_is_told_what_waits_for_how_long_and_what_it_costs(make_db: MakeDb) -> None:
    step = planned(make_db(ORDERS), REBUILD, of(900 * MB))

    (reason,) = (r for r in step.verdict.reasons if r.code == "rebuilds_table_online")
    assert "locked for the swap alone" in reason.evidence
    assert "about 100 rows, 858 MB" in reason.evidence
    assert "public.customers" in next(
        r.evidence for r in step.verdict.reasons if r.code == "locks_other_table"
    )
    modes = [mode for stage in step.stages for s in stage.statements for _t, mode in s.locks()]
    assert LockMode.ACCESS_EXCLUSIVE in modes
    assert step.estimate is not None
    assert step.estimate.kind is WorkKind.BACKFILL
    assert step.estimate.low > 60
    assert step.estimate.holds_high < 2


def test_a_copy_under_the_lock_holds_it_for_as_long_as_it_takes(make_db: MakeDb) -> None:
    step = planned(make_db(ALONE), REPARTITION, of(900 * MB))

    assert step.estimate is not None
    assert step.estimate.holds_low > 10


def test_another_order_of_columns_is_told_however_small_the_table(make_db: MakeDb) -> None:
    db = make_db(ALONE)

    kept = planned(db, REBUILD, of(8192)).verdict
    moved = planned(db, REORDER, of(8192)).verdict
    same = planned(db, {**REBUILD, "columns": ["id", "customer", "note"]}, of(8192)).verdict

    assert (kept.level, same.level, moved.level) == (Level.LOW, Level.LOW, Level.MEDIUM)
    (reason,) = (r for r in moved.reasons if r.code == "reorders_columns")
    assert reason.evidence == "id, note, customer"


def test_a_copy_under_the_lock_is_not_sent_to_what_cannot_do_it(make_db: MakeDb) -> None:
    """rebuildTable partitions nothing."""
    step = planned(make_db(ALONE), REPARTITION, of(900 * MB))

    (reason,) = (r for r in step.verdict.reasons if r.code == "rebuilds_table")
    assert "attach" in reason.safer
