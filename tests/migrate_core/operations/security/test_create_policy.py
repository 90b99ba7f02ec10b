from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.security.create_policy import CreatePolicy
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Policy,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")
OWN = Policy(name="own", roles=("Some One", "public"), using="(id > 0)")
TABLE = Table(name=USERS, policies=(OWN,))


def test_a_role_is_quoted_and_public_is_a_keyword() -> None:
    (only,) = CreatePolicy(table=USERS, policy=OWN).stages(PLACE)

    assert ' TO "Some One", PUBLIC USING ((id > 0))' in str(only.statements[0])
    assert only.statements[0].lock is LockMode.ACCESS_EXCLUSIVE


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="exists already"):
        CreatePolicy(table=USERS, policy=OWN).bind(SchemaGraph(tables=(TABLE,)))


def test_it_changes_who_sees_what(judged: Judged) -> None:
    assert judged(CreatePolicy(table=USERS, policy=OWN)) == {"rls_change": "medium"}
