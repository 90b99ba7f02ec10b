from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.security.drop_policy import DropPolicy
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Policy,
    Table,
)

Judged = Callable[..., dict[str, str]]

USERS = QualifiedName("public", "users")
OWN = Policy(name="own", roles=("Some One", "public"), using="(id > 0)")
TABLE = Table(name=USERS, policies=(OWN,))

DROP = DropPolicy(table=USERS, name="own")


def test_dropping_a_restrictive_one_shows_rows_and_is_the_greater_risk(judged: Judged) -> None:
    restrictive = Policy(name="own", permissive=False)

    for policy, level in ((OWN, "medium"), (restrictive, "high")):
        bound = DROP.bind(SchemaGraph(tables=(Table(name=USERS, policies=(policy,)),)))
        assert judged(bound) == {"rls_change": level}


def test_one_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        DROP.bind(SchemaGraph(tables=(Table(name=USERS),)))
