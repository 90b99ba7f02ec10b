from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.constraints.rename_constraint import RenameConstraint
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Constraint,
    Table,
)

Judged = Callable[..., dict[str, str]]

USERS = QualifiedName("public", "users")

AGE = Constraint(name="of_age", type="check", definition="CHECK ((age > 17))")
RENAME = RenameConstraint(table=USERS, name="of_age", to="adult")


def test_a_constraint_that_says_something_else_is_no_rename() -> None:
    other = Constraint(name="adult", type="check", definition="CHECK ((age > 18))")
    before = SchemaGraph(tables=(Table(name=USERS, constraints=(AGE,)),))
    after = SchemaGraph(tables=(Table(name=USERS, constraints=(other,)),))

    assert list(RenameConstraint.detect(SchemaDelta(before, after, Answers()))) == []


def test_the_old_name_must_be_there_and_the_new_one_free() -> None:
    adult = Constraint(name="adult", type="check", definition="CHECK (true)")
    for rules, problem in (((), "does not exist"), ((adult, AGE), "exists already")):
        with pytest.raises(UnboundOperationError, match=problem):
            RENAME.bind(SchemaGraph(tables=(Table(name=USERS, constraints=rules),)))


def test_it_is_safe(judged: Judged) -> None:
    assert judged(RENAME) == {"changes_metadata": "safe"}
