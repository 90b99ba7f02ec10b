from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.registry import make
from migrate_core.operations.schemas.drop_extension import DropExtension
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Extension,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

DROP = DropExtension(name="citext")


@pytest.mark.db
@pytest.mark.parametrize(("columns", "count"), [("id int", 0), ("a citext, b citext[]", 2)])
def test_what_uses_it_is_counted_and_does_not_block(asked: Asked, columns: str, count: int) -> None:
    answer = asked(f"CREATE EXTENSION citext; CREATE TABLE t ({columns})", DROP)["users"]

    assert answer.count == count
    assert not answer.blocks


def test_it_asks_for_consent_and_is_destructive_in_any_case(judged: Judged) -> None:
    assert DROP.loses_data
    assert judged(DROP) == judged(DROP, users=0) == {"drops_extension": "destructive"}


def test_undoing_it_installs_it_where_it_was() -> None:
    graph = SchemaGraph(extensions=(Extension(name="citext", schema="ext"),))

    assert DROP.bind(graph).inverse(PLACE) == make("createExtension", name="citext", schema="ext")


def test_one_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        DROP.bind(SchemaGraph())
