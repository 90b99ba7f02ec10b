from __future__ import annotations

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Enum, Index, Other, Table
from migrate_core.verify.residual import differences

USERS = QualifiedName("public", "users")
A, B = Column(name="a", type="integer"), Column(name="b", type="text")


def graph(*columns: Column, **changes: object) -> SchemaGraph:
    return SchemaGraph(tables=(Table(name=USERS, columns=columns).change(**changes),))


def said(found: SchemaGraph, wanted: SchemaGraph) -> list[str]:
    return [f"{d.object}: {d.what}" for d in differences(found, wanted)]


def test_equal_schemas_leave_nothing() -> None:
    assert said(graph(A, B), graph(A, B)) == []


def test_the_order_of_columns_is_no_difference() -> None:
    assert said(graph(A, B), graph(B, A)) == []


def test_each_field_of_a_part_is_named_with_both_values() -> None:
    wanted = Column(name="b", type="text", not_null=True, default="'x'::text")

    assert said(graph(A, B), graph(A, wanted)) == [
        "column public.users.b: not_null is false, declared true; default is none,"
        " declared 'x'::text"
    ]


def test_missing_and_unwanted_objects_are_named() -> None:
    check = Constraint(name="c", type="check", definition="CHECK ((a > 0))")
    found = SchemaGraph(
        enums=(Enum(name=QualifiedName("public", "mood")),), others=(Other(kind="view", name="v"),)
    )

    lines = said(found, graph(A, constraints=(check,)))

    assert lines[0] == "enum public.mood: is there, not declared"
    assert lines[1] == "table public.users: is missing, declared as a table of 1 column"
    assert lines[2] == "view v: is there, not declared"


def test_what_is_missing_reads_as_sql_would_say_it() -> None:
    index = Index(name="by_b", definition="USING btree (b)", columns=("b",))

    assert said(graph(A), graph(A, B, indexes=(index,))) == [
        "column public.users.b: is missing, declared as b text",
        "index public.users.by_b: is missing, declared as USING btree (b)",
    ]


def test_a_tables_own_fields_are_compared_too() -> None:
    assert said(graph(A), graph(A, row_security=True)) == [
        "table public.users: row_security is false, declared true"
    ]


def test_what_it_is_compared_with_can_be_named() -> None:
    (difference,) = differences(graph(A), graph(A, comment="x"), wanted_is="live")

    assert difference.what == "comment is none, live x"
