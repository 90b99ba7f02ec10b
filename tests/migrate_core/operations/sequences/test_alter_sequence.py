from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.errors import UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.registry import from_builtins
from migrate_core.operations.sequences.alter_sequence import AlterSequence
from migrate_core.pg import codec
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    ColumnRef,
    Sequence,
    SequenceOptions,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

NUMBERS = QualifiedName("public", "numbers")
USERS = QualifiedName("public", "users")
TABLE = Table(name=USERS, columns=(Column(name="id", type="integer"),))
OWNER = ColumnRef(table=USERS, column="id")
OWNED = Sequence(name=NUMBERS, owned_by=OWNER)

FAST = SequenceOptions(increment=10, max=50)


def test_what_is_left_out_stays_and_null_takes_the_owner_away() -> None:
    graph = SchemaGraph(sequences=(OWNED,), tables=(TABLE,))

    faster = AlterSequence(name=NUMBERS, options=FAST).bind(graph).apply(graph)
    freed = AlterSequence(name=NUMBERS, owned_by=None).bind(graph).apply(graph)

    assert faster.sequences == (Sequence(name=NUMBERS, options=FAST, owned_by=OWNER),)
    assert freed.sequences == (Sequence(name=NUMBERS),)


@pytest.mark.parametrize(
    "written",
    [
        {"op": "alterSequence", "name": "public.numbers", "owned_by": None},
        {"op": "alterSequence", "name": "public.numbers", "options": {"increment": 10}},
    ],
)
def test_a_file_tells_no_owner_from_no_word_about_it(written: dict[str, Any]) -> None:
    assert codec.to_builtins(from_builtins(written)) == written


@pytest.mark.db
def test_a_sequence_outside_the_new_limits_is_found(asked: Asked, judged: Judged) -> None:
    narrow = AlterSequence(name=NUMBERS, options=FAST)
    inside = asked("CREATE SEQUENCE numbers; SELECT setval('numbers', 50)", narrow)
    outside = asked("CREATE SEQUENCE numbers; SELECT setval('numbers', 51)", narrow)

    assert inside["outside_limits"].count == 0
    assert outside["outside_limits"].count == 1


@pytest.mark.db
def test_its_position_is_kept_where_it_fits(make_db: Callable[..., Connection[Any]]) -> None:
    db = make_db("CREATE SEQUENCE numbers; SELECT setval('numbers', 41)")
    change = AlterSequence(name=NUMBERS, options=SequenceOptions(type="integer", start=9, max=99))

    for stage in change.bind(read_graph(db)).stages(PLACE):
        for statement in stage.statements:
            db.execute(statement.sql.encode())

    assert db.execute("SELECT nextval('numbers')").fetchone() == (42,)


@pytest.mark.db
def test_a_position_outside_the_new_limits_goes_to_the_start(
    make_db: Callable[..., Connection[Any]],
) -> None:
    db = make_db("CREATE SEQUENCE numbers; SELECT setval('numbers', 4100)")
    change = AlterSequence(name=NUMBERS, options=SequenceOptions(type="integer", start=9, max=99))

    for stage in change.bind(read_graph(db)).stages(PLACE):
        for statement in stage.statements:
            db.execute(statement.sql.encode())

    assert db.execute("SELECT nextval('numbers')").fetchone() == (9,)


def test_risk_depends_on_where_it_stands(judged: Judged) -> None:
    change = AlterSequence(name=NUMBERS, options=FAST, was=OWNED)

    assert judged(change, outside_limits=0) == {"changes_default": "low"}
    assert judged(change, outside_limits=1)["loses_sequence_position"] == "high"
    assert judged(change)["not_measured"] == "high"
    assert judged(AlterSequence(name=NUMBERS, owned_by=None)) == {"changes_metadata": "safe"}


def test_a_sequence_or_an_owner_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match=r"sequence public\.numbers does not"):
        AlterSequence(name=NUMBERS, options=FAST).bind(SchemaGraph())
    with pytest.raises(UnboundOperationError, match=r"column public\.users\.id does not"):
        AlterSequence(name=NUMBERS, owned_by=OWNER).bind(SchemaGraph(sequences=(OWNED,)))
