from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.sequences.drop_sequence import DropSequence
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

NUMBERS = QualifiedName("public", "numbers")
USERS = QualifiedName("public", "users")
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer"),))
OWNER = ColumnRef(table=USERS, column="id")
OWNED = Sequence(name=NUMBERS, owned_by=OWNER)

DROP = DropSequence(name=NUMBERS)


@pytest.mark.parametrize("tables", [(), (Table(name=USERS),)])
def test_one_that_goes_with_its_owner_is_no_step(tables: tuple[Table, ...]) -> None:
    before = SchemaGraph(sequences=(OWNED,), tables=(TABLE,))
    after = SchemaGraph(tables=tables)

    assert list(DropSequence.detect(SchemaDelta(before, after, Answers()))) == []


def test_a_default_that_uses_it_is_named() -> None:
    users = TABLE.change_column("id", default="nextval('public.numbers'::regclass)")
    with pytest.raises(UnboundOperationError, match=r"default of public\.users\.id uses it"):
        DROP.bind(SchemaGraph(sequences=(OWNED,), tables=(users,)))


def test_one_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="does not exist"):
        DROP.bind(SchemaGraph())


def test_its_position_is_lost(judged: Judged) -> None:
    assert judged(DROP) == {"loses_sequence_position": "high"}
