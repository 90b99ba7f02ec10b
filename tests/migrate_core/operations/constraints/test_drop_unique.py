from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.constraints.drop_unique import DropUnique
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

ORDERS = QualifiedName("public", "orders")
UNIQUE = Constraint(name="users_id", type="unique", definition="UNIQUE (id)", columns=("id",))
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer"),), constraints=(UNIQUE,))
POINTS = Constraint(
    name="orders_user",
    type="foreign key",
    definition="FOREIGN KEY (user_id) REFERENCES public.users(id)",
    columns=("user_id",),
    references=USERS,
    ref_columns=("id",),
)
DROP = DropUnique(table=USERS, name="users_id")


def test_what_is_there_is_remembered_for_the_undoing() -> None:
    bound = DROP.bind(SchemaGraph(tables=(TABLE,)))

    assert bound.was == UNIQUE
    undo = bound.inverse(PLACE)
    assert undo
    assert undo.kind == "addUnique"


def test_a_foreign_key_that_can_only_lean_on_it_is_named() -> None:
    orders = Table(name=ORDERS, constraints=(POINTS,))
    with pytest.raises(UnboundOperationError, match=r"public.orders.orders_user needs users_id"):
        DROP.bind(SchemaGraph(tables=(orders, TABLE)))


def test_a_foreign_key_may_lean_on_another_key_over_the_same_columns() -> None:
    orders = Table(name=ORDERS, constraints=(POINTS,))
    index = Index(name="too", definition="USING btree (id) INCLUDE (note)", unique=True)
    users = TABLE.with_part(index)

    assert DROP.bind(SchemaGraph(tables=(orders, users))).was == UNIQUE


def test_a_constraint_of_another_type_or_name_is_refused() -> None:
    check = Constraint(name="users_id", type="check", definition="CHECK (true)")
    for table, problem in (
        (Table(name=USERS), "does not exist"),
        (Table(name=USERS, constraints=(check,)), "is a check constraint"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            DROP.bind(SchemaGraph(tables=(table,)))


def test_the_lock_is_on_the_table_and_brief() -> None:
    (only,) = DROP.stages(PLACE)

    assert only.statements[0].locks() == ((USERS, LockMode.ACCESS_EXCLUSIVE),)
    assert not only.is_long


def test_nobody_counts_on_the_rule_any_more(judged: Judged) -> None:
    assert judged(DROP) == {"drops_unique_constraint": "medium"}
