from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.constraints.drop_check import DropCheck
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Constraint,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

AGE = Constraint(name="of_age", type="check", definition="CHECK ((age > 17))", validated=False)
DROP = DropCheck(table=USERS, name="of_age")


def test_undoing_it_brings_back_one_that_was_never_validated_as_such() -> None:
    bound = DROP.bind(SchemaGraph(tables=(Table(name=USERS, constraints=(AGE,)),)))
    undo = bound.inverse(PLACE)
    assert undo

    (only,) = undo.stages(PLACE)

    assert str(only.statements[0]).endswith("CHECK ((age > 17)) NOT VALID")


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        DROP.bind(SchemaGraph(tables=(Table(name=USERS),)))


def test_it_is_a_medium_risk(judged: Judged) -> None:
    assert judged(DROP) == {"drops_check": "medium"}
