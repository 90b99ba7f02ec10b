from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError, UncoveredChangeError
from migrate_core.operations.base import Operation
from migrate_core.operations.schemas.drop_schema import DropSchema
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Enum,
    Schema,
    Sequence,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]

SALES = Schema(name="sales", comment="sold")
ORDERS = Table(name=QualifiedName("sales", "orders"))
DROP = DropSchema(name="sales")


def test_a_soft_drop_in_a_schema_that_goes_has_no_plan() -> None:
    before = SchemaGraph(schemas=(SALES,), tables=(ORDERS,))
    delta = SchemaDelta(before, SchemaGraph(), Answers(drops=DropMode.SOFT))

    with pytest.raises(UncoveredChangeError, match="schema sales cannot be dropped") as refused:
        list(DropSchema.detect(delta))

    assert "sales.orders" in refused.value.detail


@pytest.mark.parametrize("mode", [DropMode.PLAIN, DropMode.ARCHIVE])
def test_a_drop_that_leaves_nothing_in_it_has_one(mode: DropMode) -> None:
    before = SchemaGraph(schemas=(SALES,), tables=(ORDERS,))
    delta = SchemaDelta(before, SchemaGraph(), Answers(drops=mode))

    assert list(DropSchema.detect(delta)) == [DropSchema(name="sales", was=SALES)]


@pytest.mark.parametrize(
    "held",
    [
        {"tables": (ORDERS,)},
        {"sequences": (Sequence(name=QualifiedName("sales", "orders")),)},
        {"enums": (Enum(name=QualifiedName("sales", "orders")),)},
    ],
)
def test_a_schema_that_holds_something_is_refused(held: dict[str, Any]) -> None:
    with pytest.raises(UnboundOperationError, match=r"sales\.orders is still in it"):
        DROP.bind(SchemaGraph(schemas=(SALES,), **held))


def test_a_schema_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        DROP.bind(SchemaGraph())


@pytest.mark.db
def test_tables_that_were_parked_in_it_are_counted(asked: Asked, judged: Judged) -> None:
    answer = asked(
        "CREATE SCHEMA sales; CREATE TABLE sales._zanith_dropped_a_12345678 (id int PRIMARY KEY)",
        DROP,
    )["parked_tables"]

    assert (answer.count, answer.sample) == (1, ("_zanith_dropped_a_12345678",))
    assert answer.blocks


def test_risk_depends_on_what_is_parked_in_it(judged: Judged) -> None:
    assert judged(DROP, parked_tables=0) == {"drops_object": "medium"}
    assert judged(DROP, parked_tables=1)["would_fail"] == "blocked"
    assert judged(DROP)["not_measured"] == "high"
