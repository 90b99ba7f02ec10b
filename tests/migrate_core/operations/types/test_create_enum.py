from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.types.create_enum import CreateEnum
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Enum,
)

Judged = Callable[..., dict[str, str]]

MOOD = QualifiedName("public", "mood")
ENUM = Enum(name=MOOD, values=("bad", "good"))


def test_a_name_that_is_taken_and_a_value_listed_twice_are_refused() -> None:
    with pytest.raises(UnboundOperationError, match="exists already"):
        CreateEnum(name=MOOD).bind(SchemaGraph(enums=(ENUM,)))
    with pytest.raises(UnboundOperationError, match="listed twice"):
        CreateEnum(name=MOOD, values=("a", "a")).bind(SchemaGraph())


def test_it_is_safe(judged: Judged) -> None:
    assert judged(CreateEnum(name=MOOD, values=("a",))) == {"creates_object": "safe"}
