from __future__ import annotations

from typing import Any

from hypothesis import given

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Policy,
    Table,
)
from migrate_core.schema.refs import ObjectKind, Ref
from tests.strategies import graphs

USERS, ORDERS = QualifiedName("public", "users"), QualifiedName("public", "orders")
ID = Column(name="id", type="bigint", not_null=True)
MAIL = Column(name="mail", type="text")
KEY = Constraint(name="pk", type="primary key", definition="PRIMARY KEY (id)", columns=("id",))
BY_MAIL = Index(name="by_mail", definition="USING btree (mail)", columns=("mail",))
OWN = Policy(name="own", using="(id = 1)")


def users(*columns: Column, **changes: object) -> Table:
    return Table(name=USERS, columns=columns or (ID, MAIL)).change(**changes)


def graph(*tables: Table) -> SchemaGraph:
    return SchemaGraph(tables=tuple(sorted(tables, key=lambda table: table.name)))


def delta(before: SchemaGraph, after: SchemaGraph, drops: DropMode = DropMode.PLAIN) -> SchemaDelta:
    return SchemaDelta(before, after, Answers(drops=drops))


def everything(found: SchemaDelta, kind: Any) -> list[tuple[Any, Any]]:
    """(before, after) of all objects of a kind that differ, None where there is none."""
    added = [(None, new) for new in found.added(kind)]
    dropped = [(old, None) for old in found.dropped(kind)]
    pairs = [*added, *dropped, *found.changed(kind)]
    return sorted(pairs, key=lambda pair: next(thing.name for thing in pair if thing))


@given(graphs())
def test_a_graph_does_not_differ_from_itself(drawn: SchemaGraph) -> None:
    found = delta(drawn, drawn)

    assert [found_of for kind in FIELDS for found_of in everything(found, kind)] == []


@given(graphs(), graphs())
def test_what_one_way_adds_the_other_way_drops(one: SchemaGraph, two: SchemaGraph) -> None:
    there, back = delta(one, two), delta(two, one)

    for kind in FIELDS:
        assert everything(there, kind) == [(old, new) for new, old in everything(back, kind)]


def test_a_created_table_has_its_columns_and_its_indexes_come_after_it() -> None:
    found = delta(graph(), graph(users(indexes=(BY_MAIL,))))

    assert [index.name for _, index in found.added_parts(Index)] == ["by_mail"]
    assert list(found.added_parts(Column)) == []


def test_a_dropped_table_has_no_dropped_parts() -> None:
    found = delta(graph(users(constraints=(KEY,), indexes=(BY_MAIL,))), graph())

    assert [table.name for table in found.dropped(Table)] == [USERS]
    assert list(found.dropped_columns(DropMode.PLAIN)) == []
    assert list(found.dropped_parts(Constraint)) == []


def test_the_order_of_columns_is_no_difference() -> None:
    found = delta(graph(users(ID, MAIL)), graph(users(MAIL, ID)))

    assert list(found.changed(Table)) == []


def test_a_part_that_a_dropped_column_takes_along_is_not_dropped_itself() -> None:
    before = graph(users(ID, MAIL, indexes=(BY_MAIL,), constraints=(KEY,)))

    found = delta(before, graph(users(ID)))

    assert [column.name for _, column in found.dropped_columns(DropMode.PLAIN)] == ["mail"]
    assert list(found.dropped_parts(Index)) == []
    assert [constraint.name for _, constraint in found.dropped_parts(Constraint)] == ["pk"]


def test_a_changed_part_comes_as_it_was_and_as_it_is() -> None:
    other = Policy(name="own", using="(id = 2)")
    found = delta(graph(users(policies=(OWN,))), graph(users(policies=(other,))))

    assert [(old, new) for _, old, new in found.changed_parts(Policy)] == [(OWN, other)]


def test_how_a_column_is_dropped_is_a_person_s_answer() -> None:
    kept = Ref.of(ObjectKind.COLUMN, USERS, "mail")
    answers = Answers(drops=DropMode.PLAIN, drop_modes=((kept, DropMode.ARCHIVE),))
    found = SchemaDelta(graph(users(ID, MAIL)), graph(users(ID)), answers)

    assert list(found.dropped_columns(DropMode.PLAIN)) == []
    assert [column.name for _, column in found.dropped_columns(DropMode.ARCHIVE)] == ["mail"]
    assert answers.drop_mode(Ref.of(ObjectKind.TABLE, ORDERS)) is DropMode.PLAIN
