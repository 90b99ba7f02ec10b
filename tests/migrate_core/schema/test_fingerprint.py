from __future__ import annotations

import msgspec
from hypothesis import given

from migrate_core.pg.codec import decode, encode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.fingerprint import changed_objects, fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Enum, Other, Table
from tests.strategies import graphs

ID, MAIL = Column(name="id", type="bigint"), Column(name="mail", type="text")
USERS = Table(name=QualifiedName("public", "users"), columns=(ID, MAIL))
MOOD = Enum(name=QualifiedName("public", "mood"), values=("sad", "happy"))


@given(graphs())
def test_a_stored_graph_keeps_its_fingerprint(graph: SchemaGraph) -> None:
    assert fingerprint(decode(encode(graph), SchemaGraph)) == fingerprint(graph)


@given(graphs(), graphs())
def test_fingerprints_are_equal_exactly_where_the_schemas_are(
    one: SchemaGraph, two: SchemaGraph
) -> None:
    assert (fingerprint(one) == fingerprint(two)) is one.same(two)


def test_the_order_of_columns_does_not_count_but_that_of_labels_does() -> None:
    one = SchemaGraph(tables=(USERS,), enums=(MOOD,))
    turned = one.put(USERS.change(columns=(MAIL, ID)))
    other = one.put(msgspec.structs.replace(MOOD, values=("happy", "sad")))

    assert fingerprint(one) == fingerprint(turned)
    assert fingerprint(one) != fingerprint(other)


def test_names_what_changed_and_nothing_else() -> None:
    before = SchemaGraph(tables=(USERS,), enums=(MOOD,), others=(Other(kind="view", name="a.v"),))
    after = SchemaGraph(
        tables=(USERS.change_column("mail", not_null=True),),
        others=(Other(kind="view", name="a.v", definition="SELECT 1"),),
    )

    assert changed_objects(before, before) == ()
    assert changed_objects(before, after) == ("enum public.mood", "table public.users", "view a.v")


def test_two_others_of_one_name_both_count() -> None:
    """A table and its index may each have a comment or a storage parameter of one name."""
    one = Other(kind="comment", name="x", definition="1")
    before = SchemaGraph(others=(one,))
    after = SchemaGraph(others=(one, Other(kind="comment", name="x", definition="2")))

    assert fingerprint(before) != fingerprint(after)
