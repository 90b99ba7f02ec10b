from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.security.disable_rls import DisableRls
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


def test_showing_every_row_is_a_high_risk(judged: Judged) -> None:
    assert judged(DisableRls(table=USERS)) == {"rls_change": "high"}
    unforce = DisableRls(table=USERS, row_security=False, force=True)
    assert judged(unforce) == {"rls_change": "medium"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "is off already"),
        ({"row_security": False, "force": True}, "is not forced"),
        ({"row_security": False}, "switches nothing off"),
    ],
)
def test_what_is_off_already_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnboundOperationError, match=problem):
        DisableRls(table=USERS, **fields).bind(SchemaGraph(tables=(TABLE,)))
