from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.security.enable_rls import EnableRls
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


def test_a_table_without_policies_would_show_no_row(judged: Judged) -> None:
    enable = EnableRls(table=USERS)
    with_policy = enable.bind(SchemaGraph(tables=(TABLE,)))
    without = enable.bind(SchemaGraph(tables=(Table(name=USERS),)))

    assert judged(with_policy) == {"rls_change": "medium"}
    assert judged(without) == {"rls_change": "high"}


def test_it_waits_for_every_policy_of_the_table() -> None:
    bound = EnableRls(table=USERS).bind(SchemaGraph(tables=(TABLE,)))

    assert {ref.part for ref in bound.reads()} == {"own"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "is on already"),
        ({"row_security": False, "force": True}, "is forced already"),
        ({"row_security": False}, "switches nothing on"),
    ],
)
def test_what_is_on_already_is_refused(fields: dict[str, Any], problem: str) -> None:
    table = TABLE.change(row_security=True, force_row_security=True)
    with pytest.raises(UnboundOperationError, match=problem):
        EnableRls(table=USERS, **fields).bind(SchemaGraph(tables=(table,)))
