from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.constraints.drop_primary_key import DropPrimaryKey
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

KEY = Constraint(
    name="users_pkey", type="primary key", definition="PRIMARY KEY (id)", columns=("id",)
)
COLUMN = Column(name="id", type="integer", not_null=True)
TABLE = Table(name=USERS, columns=(COLUMN,), constraints=(KEY,))
DROP = DropPrimaryKey(table=USERS, name="users_pkey")


def test_its_columns_still_forbid_null() -> None:
    after = DROP.apply(SchemaGraph(tables=(TABLE,)))

    assert after == SchemaGraph(tables=(Table(name=USERS, columns=(COLUMN,)),))


def test_columns_that_are_named_allow_null_again() -> None:
    drop = DropPrimaryKey(table=USERS, name="users_pkey", nullable=("id",))

    (only,) = drop.stages(PLACE)

    assert [s.sql for s in only.statements][1:] == [
        "ALTER TABLE public.users ALTER COLUMN id DROP NOT NULL"
    ]
    table = drop.apply(SchemaGraph(tables=(TABLE,))).table(USERS)
    assert table
    assert not table.columns[0].not_null


def test_a_foreign_key_that_can_only_lean_on_it_is_named() -> None:
    points = Constraint(
        name="self",
        type="foreign key",
        definition="FOREIGN KEY (id) REFERENCES public.users(id)",
        columns=("id",),
        references=USERS,
        ref_columns=("id",),
    )
    with pytest.raises(UnboundOperationError, match=r"public.users.self needs users_pkey"):
        DROP.bind(SchemaGraph(tables=(TABLE.with_part(points),)))


def test_what_is_no_primary_key_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="is no primary key"):
        DROP.bind(SchemaGraph(tables=(Table(name=USERS),)))


def test_it_is_a_high_risk(judged: Judged) -> None:
    assert judged(DROP) == {"drops_primary_key": "high"}
