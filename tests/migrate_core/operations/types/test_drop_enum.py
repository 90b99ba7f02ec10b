from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError, UncoveredChangeError
from migrate_core.operations.base import Operation
from migrate_core.operations.types.drop_enum import DropEnum
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Enum,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]

MOOD = QualifiedName("public", "mood")
ENUM = Enum(name=MOOD, values=("bad", "good"))

USERS = QualifiedName("public", "users")
TABLE = Table(name=USERS, columns=(Column(name="moods", type="public.mood[]"),))
BEFORE = SchemaGraph(enums=(ENUM,), tables=(TABLE,))
DROP = DropEnum(name=MOOD)


@pytest.mark.parametrize("mode", [DropMode.SOFT, DropMode.ARCHIVE])
@pytest.mark.parametrize("tables", [(), (Table(name=USERS),)])
def test_parking_what_is_of_a_type_that_goes_has_no_plan(
    mode: DropMode, tables: tuple[Table, ...]
) -> None:
    delta = SchemaDelta(BEFORE, SchemaGraph(tables=tables), Answers(drops=mode))

    with pytest.raises(UncoveredChangeError, match=r"type public\.mood cannot") as refused:
        list(DropEnum.detect(delta))

    assert "public.users.moods" in refused.value.detail


def test_dropping_it_with_all_that_is_of_it_has_one() -> None:
    delta = SchemaDelta(BEFORE, SchemaGraph(), Answers(drops=DropMode.PLAIN))

    assert list(DropEnum.detect(delta)) == [DropEnum(name=MOOD, was=ENUM)]


@pytest.mark.db
@pytest.mark.parametrize("array", ["", "[]"])
def test_columns_that_were_parked_are_counted(asked: Asked, array: str) -> None:
    answer = asked(
        "CREATE TYPE mood AS ENUM ('a'); CREATE SCHEMA _zanith_archive;"
        f"CREATE TABLE users (_zanith_dropped_m_1 mood{array});"
        f"CREATE TABLE _zanith_archive.t (m mood{array});"
        "CREATE TABLE _zanith_dropped_t_1 (id int);",
        DROP,
    )["parked_users"]

    assert answer.count == 2
    assert set(answer.sample) == {"public.users._zanith_dropped_m_1", "_zanith_archive.t.m"}
    assert answer.blocks


def test_risk_depends_on_what_is_parked(judged: Judged) -> None:
    assert judged(DROP, parked_users=0) == {"drops_object": "medium"}
    assert judged(DROP, parked_users=1)["would_fail"] == "blocked"
    assert judged(DROP)["not_measured"] == "high"


def test_a_type_that_a_column_is_of_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match=r"column public\.users\.moods is of that"):
        DROP.bind(BEFORE)
