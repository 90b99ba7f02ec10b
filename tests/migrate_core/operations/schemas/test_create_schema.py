from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.schemas.create_schema import CreateSchema
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Schema,
)

Judged = Callable[..., dict[str, str]]


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match='schema "Sales" exists already'):
        CreateSchema(name="Sales").bind(SchemaGraph(schemas=(Schema(name="Sales"),)))


def test_it_is_safe(judged: Judged) -> None:
    assert judged(CreateSchema(name="sales")) == {"creates_object": "safe"}
