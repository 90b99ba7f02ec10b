from __future__ import annotations

from hypothesis import given

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Index, Schema, Table
from tests.strategies import graphs, tables

USERS = Table(name=QualifiedName("public", "users"), columns=(Column(name="id", type="bigint"),))


@given(graphs(), tables())
def test_what_is_put_is_found_in_its_place(graph: SchemaGraph, table: Table) -> None:
    found = graph.put(table)

    assert found.table(table.name) == table
    assert [t.name for t in found.tables] == sorted({t.name for t in (*graph.tables, table)})


@given(graphs(), tables())
def test_a_drop_undoes_a_put(graph: SchemaGraph, table: Table) -> None:
    without = graph.drop(Table, table.name)

    assert without.put(table).drop(Table, table.name) == without
    assert without.table(table.name) is None


def test_an_edit_leaves_the_rest_alone() -> None:
    graph = SchemaGraph(schemas=(Schema(name="public"),), tables=(USERS,))

    changed = graph.edit(USERS.name, lambda t: t.change_column("id", not_null=True))

    assert changed.schemas == graph.schemas
    assert changed.tables[0].columns == (Column(name="id", type="bigint", not_null=True),)
    assert graph.tables[0].columns[0].not_null is False
    assert graph.edit(QualifiedName("public", "gone"), lambda t: t) is graph


def test_parts_stand_in_name_order_and_columns_as_they_were_added() -> None:
    table = USERS
    for name in ("b", "a"):
        table = table.with_part(Column(name=name, type="int"))
        table = table.with_part(Index(name=name, definition="USING btree (id)"))

    assert [column.name for column in table.columns] == ["id", "b", "a"]
    assert [index.name for index in table.indexes] == ["a", "b"]
    assert [index.name for index in table.without_part(Index, "a").indexes] == ["b"]


@given(graphs())
def test_column_order_alone_makes_no_difference(graph: SchemaGraph) -> None:
    turned = graph.edit_all(lambda t: t.change(columns=t.columns[::-1]))

    assert turned.same(graph)
