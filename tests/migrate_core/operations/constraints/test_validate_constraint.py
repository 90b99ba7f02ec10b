from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.constraints.validate_constraint import ValidateConstraint
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Constraint,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

AGE = Constraint(
    name="rule", type="check", definition="CHECK ((age > 17))", columns=("age",), validated=False
)
POINTS = Constraint(
    name="rule",
    type="foreign key",
    definition="FOREIGN KEY (age) REFERENCES public.ages(age)",
    columns=("age",),
    references=QualifiedName("public", "ages"),
    ref_columns=("age",),
    validated=False,
)
VALIDATE = ValidateConstraint(table=USERS, name="rule")


def graph(rule: Constraint) -> SchemaGraph:
    return SchemaGraph(tables=(Table(name=USERS, constraints=(rule,)),))


@pytest.mark.db
def test_rows_are_counted_by_what_the_constraint_asks(asked: Asked) -> None:
    rows = "CREATE TABLE users (age int); INSERT INTO users VALUES (3), (30);"
    check = "ALTER TABLE users ADD CONSTRAINT rule CHECK (age > 17) NOT VALID;"
    key = (
        "CREATE TABLE ages (age int PRIMARY KEY);"
        "ALTER TABLE users ADD CONSTRAINT rule FOREIGN KEY (age) REFERENCES ages NOT VALID;"
    )

    assert {f: a.count for f, a in asked(rows + check, VALIDATE).items()} == {"violations": 1}
    assert {f: a.count for f, a in asked(rows + key, VALIDATE).items()} == {"orphans": 2}


def test_risk_depends_on_the_rows_that_break_it(judged: Judged) -> None:
    check, key = VALIDATE.bind(graph(AGE)), VALIDATE.bind(graph(POINTS))

    assert judged(check, violations=0) == {"validates_online": "low"}
    assert judged(check, violations=1)["fails_on_existing_rows"] == "blocked"
    assert judged(key, orphans=0) == {"validates_online": "low"}
    assert judged(key, violations=0)["not_measured"] == "high"


def test_the_way_back_never_leaves_the_table_without_the_rule() -> None:
    undo = VALIDATE.bind(graph(POINTS)).inverse(PLACE)
    assert undo

    (only,) = undo.stages(PLACE)

    assert [str(s).partition("public.users ")[2] for s in only.statements] == [
        "DROP CONSTRAINT rule",
        "ADD CONSTRAINT rule FOREIGN KEY (age) REFERENCES public.ages(age) NOT VALID",
    ]
    assert not only.is_long


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (Constraint(name="rule", type="check", definition="CHECK (true)"), "is valid already"),
        (Constraint(name="rule", type="unique", definition="UNIQUE (age)"), "is always valid"),
        (Constraint(name="other", type="check", definition="CHECK (true)"), "does not exist"),
    ],
)
def test_what_cannot_be_validated_is_refused(rule: Constraint, problem: str) -> None:
    with pytest.raises(UnboundOperationError, match=problem):
        VALIDATE.bind(graph(rule))
