from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.sequences.create_sequence import CreateSequence
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    ColumnRef,
    Sequence,
    Table,
)

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

NUMBERS = QualifiedName("public", "numbers")
USERS = QualifiedName("public", "users")
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer"),))
OWNER = ColumnRef(table=USERS, column="id")
OWNED = Sequence(name=NUMBERS, owned_by=OWNER)


def test_a_generated_one_is_owned_by_nobody_yet() -> None:
    after = SchemaGraph(sequences=(OWNED,), tables=(TABLE,))

    assert list(CreateSequence.detect(SchemaDelta(SchemaGraph(), after, Answers()))) == [
        CreateSequence(name=NUMBERS)
    ]


def test_one_that_comes_back_is_owned_at_once() -> None:
    (only,) = CreateSequence(name=NUMBERS, owned_by=OWNER).stages(PLACE)

    assert str(only.statements[1]) == "ALTER SEQUENCE public.numbers OWNED BY public.users.id"


@pytest.mark.parametrize(
    "taken",
    [SchemaGraph(sequences=(OWNED,)), SchemaGraph(tables=(Table(name=NUMBERS),))],
)
def test_a_name_that_is_taken_is_refused(taken: SchemaGraph) -> None:
    with pytest.raises(UnboundOperationError, match="is taken"):
        CreateSequence(name=NUMBERS).bind(taken)


def test_it_is_safe(judged: Judged) -> None:
    assert judged(CreateSequence(name=NUMBERS)) == {"creates_object": "safe"}
