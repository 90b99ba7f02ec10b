from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.constraints.add_primary_key import AddPrimaryKey
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

KEY = Constraint(name="users_pkey", type="primary key", definition="PRIMARY KEY (id)")
ADD = AddPrimaryKey(table=USERS, constraint=KEY)
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer"),))


def test_a_column_that_allows_null_is_found_and_forbidden_it_first() -> None:
    bound = ADD.bind(SchemaGraph(tables=(TABLE,)))

    assert bound.nullable == ("id",)
    add, validate, rely, build, attach = bound.stages(PLACE)
    assert [s.is_long for s in (add, validate, rely, build, attach)] == [0, 1, 0, 1, 0]
    assert not any(
        s.lock and s.lock.blocks_writes for stage in (validate, build) for s in stage.statements
    )
    after = bound.apply(SchemaGraph(tables=(TABLE,))).table(USERS)
    assert after
    assert after.columns[0].not_null


def test_undoing_it_allows_null_again() -> None:
    before = SchemaGraph(tables=(TABLE,))
    bound = ADD.bind(before)
    undo = bound.inverse(PLACE)
    assert undo

    assert undo.bind(bound.apply(before)).apply(bound.apply(before)) == before


def test_a_column_that_forbids_null_is_left_alone() -> None:
    table = TABLE.change_column("id", not_null=True)

    bound = ADD.bind(SchemaGraph(tables=(table,)))

    assert bound.nullable == ()
    assert len(bound.stages(PLACE)) == 2


@pytest.mark.db
def test_rows_without_a_key_and_rows_of_one_key_are_counted(asked: Asked) -> None:
    answers = asked(
        "CREATE TABLE users (id int); INSERT INTO users VALUES (NULL), (1), (1), (2)", ADD
    )

    assert answers["null_rows"].count == 1
    assert answers["duplicates"].count == 1


def test_risk_depends_on_nulls_and_repeated_keys(judged: Judged) -> None:
    bound = ADD.bind(SchemaGraph(tables=(TABLE,)))

    assert judged(bound, null_rows=0, duplicates=0) == {
        "adds_primary_key": "medium",
        "changes_column_nullable_to_not_null": "medium",
    }
    assert judged(bound, null_rows=1, duplicates=0)["fails_on_existing_rows"] == "blocked"
    assert judged(bound, null_rows=0, duplicates=1)["fails_on_existing_rows"] == "blocked"
    assert judged(bound, null_rows=0)["not_measured"] == "high"


def test_a_second_primary_key_is_refused() -> None:
    other = Constraint(name="old", type="primary key", definition="PRIMARY KEY (id)")
    table = TABLE.with_part(other)
    with pytest.raises(UnboundOperationError, match="has one: old"):
        ADD.bind(SchemaGraph(tables=(table,)))


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match=r"column public.users.id does not exist"):
        ADD.bind(SchemaGraph(tables=(Table(name=USERS),)))
