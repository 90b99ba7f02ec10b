from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.comments.set_comment import SetComment
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Policy,
    Table,
)
from migrate_core.schema.refs import ObjectKind

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer", comment="key"),))
SET = SetComment(object=ObjectKind.COLUMN, schema="public", name="users", part="id")


def test_the_old_comment_is_remembered_for_the_undoing() -> None:
    graph = SchemaGraph(tables=(TABLE,))
    bound = SET.bind(graph)
    undo = bound.inverse(PLACE)
    assert undo

    assert bound.was == "key"
    assert str(bound.stages(PLACE)[0].statements[0]) == (
        "COMMENT ON COLUMN public.users.id IS NULL"
    )
    assert undo.apply(bound.apply(graph)) == graph


def test_what_is_created_anew_brings_its_comment_along() -> None:
    rule = Constraint(name="r", type="check", definition="CHECK (true)")
    index = Index(name="i", definition="USING btree (id)")
    policy = Policy(name="p")
    new = Constraint(name="r", type="check", definition="CHECK (false)", comment="new")
    before = Table(name=USERS, constraints=(rule,), indexes=(index,), policies=(policy,))
    after = Table(
        name=USERS,
        constraints=(new,),
        indexes=(Index(name="i", definition="USING hash (id)", comment="new"),),
        policies=(Policy(name="p", permissive=False, comment="new"),),
    )
    delta = SchemaDelta(SchemaGraph(tables=(before,)), SchemaGraph(tables=(after,)), Answers())

    assert list(SetComment.detect(delta)) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"object": ObjectKind.TABLE, "name": "t"}, "does not exist"),
        ({"object": ObjectKind.POLICY, "name": "users", "part": "p"}, "does not exist"),
        ({"object": ObjectKind.SCHEMA}, "does not exist"),
        ({"object": ObjectKind.EXTENSION, "name": "x"}, "are not covered"),
        ({"object": ObjectKind.OTHER, "name": "x"}, "are not covered"),
    ],
)
def test_what_is_not_there_or_not_covered_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnboundOperationError, match=problem):
        SetComment(schema="public", **fields).bind(SchemaGraph(tables=(TABLE,)))


def test_it_is_safe(judged: Judged) -> None:
    assert judged(SET) == {"changes_metadata": "safe"}
