from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.errors import UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.constraints.add_unique import AddUnique
from migrate_core.pg.ddl import StageMode
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

EMAIL = Constraint(
    name="users_email", type="unique", definition="UNIQUE (email)", columns=("email",)
)
ADD = AddUnique(table=USERS, constraint=EMAIL)


def test_the_index_is_built_outside_a_transaction_under_a_lock_that_lets_writes_through() -> None:
    build, attach = ADD.stages(PLACE)

    assert build.mode is StageMode.CONCURRENT
    assert build.is_long
    assert not any(s.lock and s.lock.blocks_writes for s in (*build.statements, *build.repair))
    assert not attach.is_long


@pytest.mark.db
def test_the_catalog_tells_how_far_the_build_came(make_db: Callable[..., Connection[Any]]) -> None:
    db = make_db("CREATE TABLE users (email text); INSERT INTO users VALUES ('a'), ('a');")
    build, _attach = ADD.stages(PLACE)
    assert build.observe

    def observed() -> Any:
        return db.execute(build.observe).fetchone()[0]  # type: ignore[arg-type,index]  # SQL text of the plan

    assert observed() == "absent"
    with pytest.raises(Exception, match="could not create unique index"):
        db.execute(build.statements[0].sql)
    assert observed() == "invalid"
    db.execute("DELETE FROM users")
    db.execute(build.repair[0].sql)
    db.execute(build.statements[0].sql)
    assert observed() == "holds"
    assert read_graph(db).table(USERS) == Table(
        name=USERS, columns=(Column(name="email", type="text"),)
    )  # what is in flight is nobody's difference


@pytest.mark.db
def test_values_that_repeat_are_counted_with_the_keys_of_their_rows(asked: Asked) -> None:
    answer = asked(
        "CREATE TABLE users (id int PRIMARY KEY, email text);"
        "INSERT INTO users VALUES (1, 'a'), (2, 'a'), (3, 'b'), (4, NULL), (5, NULL)",
        ADD,
    )["duplicates"]

    assert (answer.count, answer.sample) == (1, ("1 and 2",))
    assert answer.blocks


@pytest.mark.db
def test_nulls_repeat_too_where_they_are_not_distinct(asked: Asked) -> None:
    alike = Constraint(name="one", type="unique", definition="UNIQUE NULLS NOT DISTINCT (email)")
    answers = asked(
        "CREATE TABLE users (email text); INSERT INTO users VALUES (NULL), (NULL)",
        AddUnique(table=USERS, constraint=alike),
    )

    assert answers["duplicates"].count == 1


@pytest.mark.parametrize(("count", "level"), [(0, None), (3, "blocked"), (None, "high")])
def test_risk_depends_on_the_values_that_repeat(
    judged: Judged, count: int | None, level: str | None
) -> None:
    codes = judged(ADD, duplicates=count)

    assert codes.pop("adds_unique_constraint") == "medium"
    assert list(codes.values()) == ([level] if level else [])


@pytest.mark.parametrize(
    "definition",
    ["EXCLUDE USING gist (during WITH &&)", "UNIQUE (id, during WITHOUT OVERLAPS)"],
)
def test_what_has_no_online_way_says_so(judged: Judged, definition: str) -> None:
    kind: Any = "exclude" if definition.startswith("EXCLUDE") else "unique"
    rule = Constraint(name="apart", type=kind, definition=definition, columns=("during",))
    add = AddUnique(table=USERS, constraint=rule)

    (only,) = add.stages(PLACE)

    assert only.statements[0].lock is LockMode.ACCESS_EXCLUSIVE
    assert only.is_long
    (probe,) = add.probes(SchemaGraph(tables=(Table(name=USERS),)))
    assert probe.question == "pairs of rows exclude each other by apart"
    assert judged(add)["scans_under_blocking_lock"] == "high"
    assert judged(add)["not_measured"] == "high"
    assert judged(add, excluded=1)["fails_on_existing_rows"] == "blocked"
    assert "not_measured" not in judged(add, excluded=0)


def test_a_name_that_is_taken_and_a_column_that_is_missing_are_refused() -> None:
    email = Column(name="email", type="text")
    there = Table(name=USERS, columns=(email,), constraints=(EMAIL,))
    index = Index(name="users_email", definition="USING btree (email)")
    taken = Table(name=USERS, columns=(email,), indexes=(index,))

    for tables, problem in (
        ((), "table public.users does not exist"),
        ((there,), "is taken"),
        ((taken,), "is taken"),
        ((Table(name=USERS),), "column public.users.email does not exist"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            ADD.bind(SchemaGraph(tables=tables))


def test_a_constraint_of_another_type_is_refused() -> None:
    check = Constraint(name="c", type="check", definition="CHECK (true)")
    with pytest.raises(UnboundOperationError, match="is a check constraint"):
        AddUnique(table=USERS, constraint=check).bind(SchemaGraph(tables=(Table(name=USERS),)))
