from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.constraints.add_check import AddCheck
from migrate_core.pg.locks import LockMode
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

AGE = Constraint(name="of_age", type="check", definition="CHECK ((age > 17))", columns=("age",))
ADD = AddCheck(table=USERS, constraint=AGE)


def test_the_scan_is_a_stage_of_its_own_that_lets_writes_through() -> None:
    add, validate = ADD.stages(PLACE)

    assert add.statements[0].lock is LockMode.ACCESS_EXCLUSIVE
    assert not add.is_long
    assert validate.statements[0].lock is LockMode.SHARE_UPDATE_EXCLUSIVE
    assert validate.is_long


def test_one_that_is_not_enforced_is_added_as_it_is() -> None:
    loose = Constraint(name="c", type="check", definition="CHECK ((age > 17)) NOT ENFORCED")

    (only,) = AddCheck(table=USERS, constraint=loose).stages(PLACE)

    assert str(only.statements[0]) == (
        "ALTER TABLE public.users ADD CONSTRAINT c CHECK ((age > 17)) NOT ENFORCED"
    )


@pytest.mark.db
def test_rows_that_break_it_are_counted_and_null_breaks_nothing(asked: Asked) -> None:
    answer = asked(
        "CREATE TABLE users (id int PRIMARY KEY, age int);"
        "INSERT INTO users VALUES (1, 18), (2, NULL), (3, 17)",
        ADD,
    )["violations"]

    assert (answer.count, answer.sample) == (1, ("3",))


def test_what_a_person_wrote_is_completed_from_the_table() -> None:
    table = Table(
        name=USERS,
        columns=(Column(name="n", type="integer"), Column(name="age", type="integer")),
    )
    written = Constraint(name="c", type="check", definition="CHECK (n < age) not valid")

    bound = AddCheck(table=USERS, constraint=written).bind(SchemaGraph(tables=(table,)))

    assert bound.constraint == Constraint(
        name="c",
        type="check",
        definition="CHECK (n < age)",
        columns=("age", "n"),
        validated=False,
    )


def test_risk_depends_on_the_rows_that_break_it(judged: Judged) -> None:
    assert judged(ADD, violations=0) == {"adds_check": "medium"}
    assert judged(ADD, violations=1)["fails_on_existing_rows"] == "blocked"
    assert judged(ADD)["not_measured"] == "high"


def test_what_it_speaks_of_must_be_there_and_its_name_free() -> None:
    for table, problem in (
        (Table(name=USERS), r"column public.users.age does not exist"),
        (Table(name=USERS, constraints=(AGE,)), "exists already"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            ADD.bind(SchemaGraph(tables=(table,)))
