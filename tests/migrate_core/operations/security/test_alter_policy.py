from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.registry import from_builtins
from migrate_core.operations.security.alter_policy import AlterPolicy
from migrate_core.pg import codec
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

GRAPH = SchemaGraph(tables=(TABLE,))


def test_what_is_not_written_stays_as_it_is() -> None:
    after = AlterPolicy(table=USERS, name="own", check="(id > 1)").bind(GRAPH).apply(GRAPH)

    wanted = Policy(name="own", roles=OWN.roles, using="(id > 0)", check="(id > 1)")
    assert after.tables[0].policies == (wanted,)


def test_an_expression_is_taken_away_in_one_transaction() -> None:
    bound = AlterPolicy(table=USERS, name="own", using=None).bind(GRAPH)

    (only,) = bound.stages(PLACE)

    assert [str(s).partition(" ")[0] for s in only.statements] == ["DROP", "CREATE"]
    assert "USING" not in str(only.statements[1])


def test_undoing_an_added_expression_takes_it_away() -> None:
    bound = AlterPolicy(table=USERS, name="own", check="(id > 1)").bind(GRAPH)
    undo = bound.inverse(PLACE)
    assert undo

    changed = bound.apply(GRAPH)

    assert undo.bind(changed).apply(changed) == GRAPH


@pytest.mark.parametrize(
    "written",
    [
        {"op": "alterPolicy", "table": "public.users", "name": "own", "check": None},
        {"op": "alterPolicy", "table": "public.users", "name": "own", "roles": ["public"]},
    ],
)
def test_a_file_tells_no_expression_from_no_word_about_it(written: dict[str, Any]) -> None:
    assert codec.to_builtins(from_builtins(written)) == written


def test_one_that_is_not_there_or_changes_nothing_is_refused() -> None:
    for change, problem in (
        (AlterPolicy(table=USERS, name="other", using="true"), "does not exist"),
        (AlterPolicy(table=USERS, name="own"), "names neither"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            change.bind(GRAPH)


def test_it_changes_who_sees_what(judged: Judged) -> None:
    change = AlterPolicy(table=USERS, name="own", roles=("public",), using=None)

    assert judged(change) == {"rls_change": "medium"}
