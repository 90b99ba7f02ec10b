from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.edges import closure, needs
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref

SHOP = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE SEQUENCE counter;
CREATE TABLE users (id bigint PRIMARY KEY, mood mood, number int DEFAULT nextval('counter'),
    price int, doubled int GENERATED ALWAYS AS (price * 2) STORED);
CREATE TABLE orders (id bigint, user_id bigint CONSTRAINT of_user REFERENCES users, note text);
CREATE INDEX by_note ON orders (lower(note));
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id IN (SELECT id FROM users));
"""


@pytest.fixture
def shop(make_db: Callable[..., Connection]) -> SchemaGraph:
    return read_graph(make_db(SHOP))


def ref(kind: ObjectKind, table: str, part: str = "") -> Ref:
    return Ref.of(kind, QualifiedName("public", table), part)


@pytest.mark.db
def test_each_object_needs_what_its_text_names(shop: SchemaGraph) -> None:
    column, table = ObjectKind.COLUMN, ObjectKind.TABLE
    users, orders = ref(table, "users"), ref(table, "orders")
    schema = Ref(ObjectKind.SCHEMA, name="public")

    assert set(needs(shop, users)) >= {
        schema,
        ref(ObjectKind.ENUM, "mood"),
        ref(ObjectKind.SEQUENCE, "counter"),
    }
    assert set(needs(shop, ref(column, "users", "mood"))) == {users, ref(ObjectKind.ENUM, "mood")}
    assert set(needs(shop, ref(column, "users", "doubled"))) == {
        users,
        ref(column, "users", "price"),
    }
    assert set(needs(shop, ref(ObjectKind.INDEX, "orders", "by_note"))) == {
        orders,
        ref(column, "orders", "note"),
    }
    assert set(needs(shop, ref(ObjectKind.CONSTRAINT, "orders", "of_user"))) == {
        orders,
        users,
        ref(column, "orders", "user_id"),
        ref(column, "users", "id"),
        ref(ObjectKind.CONSTRAINT, "users", "users_pkey"),
    }
    assert set(needs(shop, ref(ObjectKind.POLICY, "orders", "own"))) >= {
        orders,
        users,
        ref(column, "orders", "user_id"),
    }


@pytest.mark.db
def test_a_closure_goes_all_the_way_and_leaves_itself_out(shop: SchemaGraph) -> None:
    start = ref(ObjectKind.CONSTRAINT, "orders", "of_user")

    found = closure(shop, start)

    assert {Ref(ObjectKind.SCHEMA, name="public"), ref(ObjectKind.ENUM, "mood")} <= found
    assert start not in found


@pytest.mark.db
def test_what_is_not_there_needs_only_its_schema(shop: SchemaGraph) -> None:
    gone = ref(ObjectKind.TABLE, "gone")

    assert set(needs(shop, gone)) == {Ref(ObjectKind.SCHEMA, name="public")}
    assert set(needs(shop, ref(ObjectKind.COLUMN, "gone", "x"))) == set()


@pytest.mark.db
@pytest.mark.parametrize("name", ["it's", 'say "hi"', "back\\slash", "Plain Words", "a.b"])
def test_a_default_needs_its_sequence_whatever_that_is_called(
    make_db: Callable[..., Connection], name: str
) -> None:
    sequence, table = QualifiedName("public", name), QualifiedName("public", "t")
    db = make_db(ddl("CREATE SEQUENCE {s}; CREATE TABLE {t} (n bigint)", s=sequence, t=table))
    default = ddl("nextval({s}::regclass)", s=literal(str(sequence)))
    db.execute(ddl("ALTER TABLE {t} ALTER n SET DEFAULT {d}", t=table, d=raw(default)).encode())

    found = needs(read_graph(db), Ref.of(ObjectKind.COLUMN, table, "n"))

    assert Ref.of(ObjectKind.SEQUENCE, sequence) in found
