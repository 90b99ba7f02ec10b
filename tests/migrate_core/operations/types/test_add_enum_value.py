from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.types.add_enum_value import AddEnumValue
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Enum,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

MOOD = QualifiedName("public", "mood")
ENUM = Enum(name=MOOD, values=("bad", "good"))


def detected(*values: str) -> list[AddEnumValue]:
    after = SchemaGraph(enums=(Enum(name=MOOD, values=values),))
    return list(AddEnumValue.detect(SchemaDelta(SchemaGraph(enums=(ENUM,)), after, Answers())))


@pytest.mark.parametrize("values", [("bad",), ("good", "bad", "new"), ("worse", "good")])
def test_values_that_go_or_move_are_no_addition(values: tuple[str, ...]) -> None:
    assert detected(*values) == []


def test_every_addition_can_run_in_its_turn() -> None:
    graph = SchemaGraph(enums=(ENUM,))
    wanted = ("a", "b", "bad", "c", "d", "good", "e", "f")
    for step in detected(*wanted):
        graph = step.bind(graph).apply(graph)

    assert graph.enums[0].values == wanted


def test_the_first_values_of_an_empty_type_need_no_neighbour() -> None:
    before = SchemaGraph(enums=(Enum(name=MOOD),))

    found = list(AddEnumValue.detect(SchemaDelta(before, SchemaGraph(enums=(ENUM,)), Answers())))

    assert found == [AddEnumValue(name=MOOD, value=value) for value in ("bad", "good")]


def test_a_value_commits_before_anything_can_use_it() -> None:
    (only,) = AddEnumValue(name=MOOD, value="new").stages(PLACE)

    assert len(only.statements) == 1


def test_nothing_undoes_it_and_it_says_so(judged: Judged) -> None:
    add = AddEnumValue(name=MOOD, value="new")

    assert add.inverse(PLACE) is None
    assert judged(add) == {"adds_enum_value": "medium", "no_inverse": "medium"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"value": "bad"}, "has the value bad already"),
        ({"value": "x", "before": "y"}, "has no value y"),
        ({"value": "x", "after": "y"}, "has no value y"),
        ({"value": "x", "before": "bad", "after": "bad"}, "cannot be before one"),
    ],
)
def test_a_place_that_is_none_is_refused(fields: dict[str, str], problem: str) -> None:
    with pytest.raises(UnboundOperationError, match=problem):
        AddEnumValue(name=MOOD, **fields).bind(SchemaGraph(enums=(ENUM,)))


def test_a_type_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        AddEnumValue(name=MOOD, value="x").bind(SchemaGraph())
