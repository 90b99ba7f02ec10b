from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.constraints.drop_foreign_key import DropForeignKey
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Constraint,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

ORDERS = QualifiedName("public", "orders")
KEY = Constraint(
    name="orders_user",
    type="foreign key",
    definition="FOREIGN KEY (user_id) REFERENCES public.users(id)",
    columns=("user_id",),
    references=USERS,
    ref_columns=("id",),
)
GRAPH = SchemaGraph(tables=(Table(name=ORDERS, constraints=(KEY,)), Table(name=USERS)))
DROP = DropForeignKey(table=ORDERS, name="orders_user")


def test_both_tables_are_locked() -> None:
    (only,) = DROP.bind(GRAPH).stages(PLACE)

    exclusive = LockMode.ACCESS_EXCLUSIVE
    assert only.statements[0].locks() == ((ORDERS, exclusive), (USERS, exclusive))


def test_a_parked_table_keeps_its_foreign_keys_and_a_dropped_one_those_to_kept_tables() -> None:
    only_users = SchemaGraph(tables=(Table(name=USERS),))
    soft = Answers(drops=DropMode.SOFT)
    plain = Answers(drops=DropMode.PLAIN)

    assert list(DropForeignKey.detect(SchemaDelta(GRAPH, SchemaGraph(), soft))) == []
    assert list(DropForeignKey.detect(SchemaDelta(GRAPH, only_users, plain))) == []
    assert list(DropForeignKey.detect(SchemaDelta(GRAPH, SchemaGraph(), plain))) == [
        DropForeignKey(table=ORDERS, name="orders_user", was=KEY)
    ]


def test_what_is_not_there_or_is_no_foreign_key_is_refused() -> None:
    check = Constraint(name="orders_user", type="check", definition="CHECK (true)")
    for table, problem in (
        (Table(name=ORDERS), "does not exist"),
        (Table(name=ORDERS, constraints=(check,)), "is a check constraint"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            DROP.bind(SchemaGraph(tables=(table,)))


def test_it_is_a_medium_risk(judged: Judged) -> None:
    assert judged(DROP) == {"drops_foreign_key": "medium"}
