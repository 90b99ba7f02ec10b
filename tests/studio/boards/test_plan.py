"""What the page of a change says of a plan's locks and reasons."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.partitions.attach_partition import AttachPartition
from migrate_core.operations.raw.raw_sql import RawSql
from migrate_core.operations.types.alter_domain import AlterDomain
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy
from migrate_core.risk.reasons import SCANS_UNDER_BLOCKING_LOCK
from migrate_core.risk.verdict import judge
from migrate_core.schema.definitions import Domain
from studio.boards.plan import operation_rows, worst_lock_of
from studio.display import OperationRow


def named(name: str) -> QualifiedName:
    return QualifiedName("public", name)


ATTACH = AttachPartition(
    table=named("may"),
    parent=named("events"),
    bound="FOR VALUES IN (5)",
    proof="month = 5",
    default=named("rest"),
)
TABLES = tuple(named(name) for name in ("a", "b", "c", "d", "e"))
FORBID = AlterDomain(to=Domain(name=named("code"), type="text", not_null=True), users=TABLES)
RAW = RawSql(sql="SELECT 1")


def planned(*operations: Operation, seen: tuple[tuple[QualifiedName, LockMode], ...] = ()) -> Plan:
    steps = (
        Step(
            number=number,
            operation=operation,
            stages=operation.stages(Place(migration_id="m", step=number, major=18)),
            seen_locks=seen if isinstance(operation, RawSql) else (),
            verdict=judge(
                [
                    SCANS_UNDER_BLOCKING_LOCK.because("one table"),
                    SCANS_UNDER_BLOCKING_LOCK.because("another", level=Level.LOW),
                ],
                Facts(),
            ),
        )
        for number, operation in enumerate(operations, start=1)
    )
    return Plan(migration_id="m", checksum="", base_fingerprint="", major=18, steps=tuple(steps))


def row(operation: Operation) -> OperationRow:
    (found,) = operation_rows(planned(operation), Policy())
    return found


def test_the_strongest_lock_counts_on_whichever_table_it_is() -> None:
    """ATTACH takes SHARE UPDATE EXCLUSIVE on the parent, and more on the partitions."""
    found = row(ATTACH)

    assert (found.lock, found.blocks) == ("ACCESS EXCLUSIVE", "reads and writes wait")
    assert found.hold == "while every row is read"
    assert worst_lock_of(planned(ATTACH)) == "ACCESS EXCLUSIVE on public.may"


def test_a_statement_names_all_that_it_locks() -> None:
    attach = row(ATTACH).stages[2].statements[0]
    forbid = row(FORBID).stages[0].statements[0]

    assert attach.lock == (
        "ACCESS EXCLUSIVE on public.may and public.rest, SHARE UPDATE EXCLUSIVE on public.events"
    )
    assert attach.blocks == "reads and writes wait"
    assert forbid.lock == "SHARE on public.a, public.b, public.c and 2 more"


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ((), "SHARE on public.a, or what raw SQL takes"),
        (((named("z"), LockMode.ACCESS_EXCLUSIVE),), "ACCESS EXCLUSIVE on public.z"),
    ],
)
def test_raw_sql_that_was_not_rehearsed_may_lock_more(
    seen: tuple[tuple[QualifiedName, LockMode], ...], said: str
) -> None:
    assert worst_lock_of(planned(FORBID, RAW, seen=seen)) == said


def test_a_code_stands_once_in_the_line_and_each_reason_below() -> None:
    shown = render_to_string("components/_operation.html", {"row": row(FORBID)})

    line, below = shown.split('<details class="more"', 1)
    assert line.count("<summary>scans_under_blocking_lock</summary>") == 1
    assert below.count("<code>scans_under_blocking_lock</code>") == 2
