from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection

from migrate_core.declared.skipping import USUAL_COMMENT
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.codec import decode, encode
from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    ColumnRef,
    Constraint,
    Enum,
    Extension,
    Generated,
    Identity,
    Index,
    Policy,
    Schema,
    Sequence,
    SequenceOptions,
    Table,
)
from tests.shop import ORDERS, SHOP

pytestmark = pytest.mark.db
MakeDbOn = Callable[..., Connection]


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


USERS_COLUMNS = (
    Column(
        name="id",
        type="bigint",
        not_null=True,
        identity=Identity(
            always=True,
            sequence=public("users_id_seq"),
            options=SequenceOptions(start=10, increment=5),
        ),
    ),
    Column(
        name="Mail",
        type="character varying(80)",
        not_null=True,
        default="'none'::character varying",
        collation='pg_catalog."C"',
        comment="their address",
    ),
    Column(name="mood", type="public.mood", default="'happy'::public.mood"),
    Column(name="at", type="timestamp with time zone", default="now()"),
    Column(name="price", type="numeric(10,2)"),
    Column(
        name="doubled",
        type="numeric(10,2)",
        generated=Generated(expression="(price * (2)::numeric)"),
    ),
)
USERS_CONSTRAINTS = (
    Constraint(
        name="mail_is_long",
        type="check",
        definition='CHECK (((length(("Mail")::text) > 3) AND (price > (0)::numeric)))',
        columns=("Mail", "price"),
        comment="or it is none",
    ),
    Constraint(
        name="users_pkey",
        type="primary key",
        definition="PRIMARY KEY (id)",
        columns=("id",),
    ),
)
ORDERS_CONSTRAINTS = (
    Constraint(
        name="no_overlap",
        type="exclude",
        definition="EXCLUDE USING gist (during WITH &&) WHERE ((part > 3))",
        columns=("during", "part"),
    ),
    Constraint(
        name="of_user",
        type="foreign key",
        definition="FOREIGN KEY (user_id) REFERENCES public.users(id)"
        " ON UPDATE SET NULL ON DELETE CASCADE",
        columns=("user_id",),
        references=public("users"),
        ref_columns=("id",),
        validated=False,
    ),
    Constraint(
        name="one_note",
        type="unique",
        definition="UNIQUE (note) DEFERRABLE INITIALLY DEFERRED",
        columns=("note",),
    ),
    Constraint(
        name="orders_pkey",
        type="primary key",
        definition="PRIMARY KEY (part, id) INCLUDE (note)",
        columns=("part", "id"),
    ),
    Constraint(
        name="positive",
        type="check",
        definition="CHECK ((part > 0))",
        columns=("part",),
        validated=False,
    ),
)
ORDERS_INDEXES = (
    Index(
        name="By Part",
        definition="USING btree (part DESC NULLS LAST) INCLUDE (user_id) WHERE (id > 7)",
        unique=True,
        columns=("part", "user_id", "id"),
    ),
    Index(
        name="by_lower",
        definition="USING btree (lower(note) COLLATE \"C\", part) WITH (fillfactor='70')",
        columns=("part", "note"),
    ),
    Index(
        name="by_note",
        definition="USING hash (note)",
        columns=("note",),
        comment="for look-ups",
    ),
)
ORDERS_POLICIES = (
    Policy(name="anyone", permissive=False),
    Policy(
        name="own",
        command="update",
        roles=("pg_database_owner", "pg_monitor"),
        using="(user_id IN ( SELECT u.id\n   FROM public.users u))",
        check="(part > 0)",
        comment="only theirs",
    ),
)


def only_table(conn: Connection) -> Table:
    (table,) = read_graph(conn).tables
    return table


def test_reads_types_sequences_and_columns(make_db_on: MakeDbOn, major: int) -> None:
    graph = read_graph(make_db_on(major, SHOP))

    assert graph.schemas == (Schema(name="public", comment=USUAL_COMMENT),)
    assert graph.enums == (
        Enum(name=public("mood"), values=("sad", "it's ok", "happy"), comment="how"),
    )
    counter = SequenceOptions(
        type="integer", start=5, increment=2, min=3, max=900, cache=4, cycle=True
    )
    assert graph.sequences == (
        Sequence(name=public("counter"), options=counter),
        Sequence(name=public("plain"), comment="one by one"),
    )
    (users,) = graph.tables
    assert users.comment == "people"
    assert users.columns == USERS_COLUMNS
    assert users.constraints == USERS_CONSTRAINTS


def test_reads_constraints_indexes_and_policies(make_db_on: MakeDbOn, major: int) -> None:
    graph = read_graph(make_db_on(major, SHOP + ORDERS))

    orders = graph.table(public("orders"))
    assert orders is not None
    assert orders.constraints == ORDERS_CONSTRAINTS
    assert orders.indexes == ORDERS_INDEXES
    assert (orders.row_security, orders.force_row_security) == (True, True)
    assert orders.policies == ORDERS_POLICIES
    owned = graph.find(Sequence, public("orders_id_seq"))
    assert owned is not None
    assert owned.owned_by == ColumnRef(table=public("orders"), column="id")


def test_an_index_that_failed_to_build_is_not_valid(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")

    assert only_table(db).indexes == (
        Index(
            name="broken",
            definition="USING btree (a)",
            unique=True,
            columns=("a",),
            valid=False,
        ),
    )


@pytest.mark.since(18)
def test_reads_what_only_18_has(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(
        major,
        "CREATE TABLE t (a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) VIRTUAL,"
        " CONSTRAINT hint CHECK (a > 0) NOT ENFORCED)",
    )

    table = only_table(db)
    assert table.columns[1].generated == Generated(expression="(a + 1)", stored=False)
    assert table.constraints == (
        Constraint(
            name="hint",
            type="check",
            definition="CHECK ((a > 0)) NOT ENFORCED",
            columns=("a",),
            validated=False,
        ),
    )


NASTY = (
    "x" * 63,
    "é" * 31,
    "Order",
    "select",
    'double " quote',
    "single ' quote",
    "line\nend",
    "dots.and, commas",
    "😀 emoji",
    "back\\slash",
    "percent %s {braces}",
    "ON public.t USING btree",
)


@pytest.mark.parametrize("name", NASTY)
def test_any_name_is_read_as_it_is(make_db: Callable[..., Connection], name: str) -> None:
    table = QualifiedName(name, name)
    db = make_db(ddl("CREATE SCHEMA {name}", name=name))
    label = literal(name)
    db.execute(ddl("CREATE TYPE {e} AS ENUM ({x})", e=table.renamed("e"), x=label).encode())
    db.execute(ddl("CREATE TABLE {t} ({c} int, b int)", t=table, c=name).encode())
    db.execute(ddl("CREATE INDEX {i} ON {t} ({c})", i=f"i{name}"[:20], t=table, c=name).encode())
    check = raw(ddl("CHECK ({c} > 0)", c=name))
    add = ddl("ALTER TABLE {t} ADD CONSTRAINT {n} {check}", t=table, n=name, check=check)
    db.execute(add.encode())
    db.execute(ddl("COMMENT ON TABLE {t} IS {text}", t=table, text=literal(name)).encode())

    graph = read_graph(db, [name])

    (found,) = graph.tables
    assert graph.schemas == (Schema(name=name),)
    assert graph.enums == (Enum(name=table.renamed("e"), values=(name,)),)
    assert (found.name, found.comment) == (table, name)
    assert [column.name for column in found.columns] == [name, "b"]
    assert found.indexes[0].definition == ddl("USING btree ({c})", c=name)
    assert found.indexes[0].columns == found.constraints[0].columns == (name,)
    assert decode(encode(graph), SchemaGraph) == graph


def test_what_is_named_after_us_is_invisible(make_db_on: MakeDbOn, major: int) -> None:
    visible = (
        "CREATE TABLE users (a int, CONSTRAINT seen CHECK (a > 0)); CREATE INDEX i ON users (a);"
    )
    before = read_graph(make_db_on(major, visible))
    db = make_db_on(
        major,
        visible
        + """
        CREATE SCHEMA _zanith_archive; CREATE TABLE _zanith_archive.old (a int);
        CREATE TABLE _zanith_migrations (id text PRIMARY KEY, parent text UNIQUE);
        CREATE INDEX by_parent ON _zanith_migrations (parent);
        CREATE VIEW _zanith_view AS SELECT 1; COMMENT ON VIEW _zanith_view IS 'ours';
        CREATE FUNCTION _zanith_fn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER any_name BEFORE INSERT ON _zanith_migrations
            FOR EACH ROW EXECUTE FUNCTION _zanith_fn();
        CREATE TRIGGER _zanith_sync BEFORE INSERT ON users
            FOR EACH ROW EXECUTE FUNCTION _zanith_fn();
        CREATE TYPE _zanith_type AS ENUM ('x'); CREATE DOMAIN _zanith_domain AS int;
        CREATE SEQUENCE _zanith_sequence;
        CREATE POLICY _zanith_policy ON users;
        CREATE STATISTICS _zanith_statistics ON id, parent FROM _zanith_migrations;
        ALTER TABLE users ADD COLUMN _zanith_dropped_email_0a1b2c3d serial;
        ALTER TABLE users ALTER COLUMN _zanith_dropped_email_0a1b2c3d SET STATISTICS 7;
        COMMENT ON COLUMN users._zanith_dropped_email_0a1b2c3d IS 'parked';
        ALTER TABLE users ADD CONSTRAINT _zanith_check CHECK (a <> 7);
        CREATE INDEX _zanith_index ON users (a);
        """,
    )

    assert read_graph(db) == before


def test_what_an_extension_brought_is_invisible(make_db_on: MakeDbOn, major: int) -> None:
    graph = read_graph(make_db_on(major, "CREATE SCHEMA x; CREATE EXTENSION citext SCHEMA x"))

    assert graph.normal() == SchemaGraph(
        schemas=(Schema(name="public", comment=USUAL_COMMENT), Schema(name="x")),
        extensions=(Extension(name="citext", schema="x"),),
    )


def test_named_schemas_are_read_alone(make_db: Callable[..., Connection]) -> None:
    db = make_db(
        "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int); CREATE VIEW b.v AS SELECT 1;"
        " CREATE EXTENSION citext SCHEMA b; CREATE PUBLICATION p FOR ALL TABLES;"
    )

    graph = read_graph(db, ["a", "missing"])

    table = Table(name=QualifiedName("a", "t"), columns=(Column(name="x", type="integer"),))
    assert graph.normal() == SchemaGraph(schemas=(Schema(name="a"),), tables=(table,))


def test_a_comment_that_a_person_gave_public_is_kept(make_db: Callable[..., Connection]) -> None:
    db = make_db("COMMENT ON SCHEMA public IS 'the shop'")

    assert read_graph(db).schemas == (Schema(name="public", comment="the shop"),)


def test_equal_schemas_of_two_databases_are_equal_values(make_db_on: MakeDbOn, major: int) -> None:
    other = make_db_on(major, "CREATE TABLE junk (a int, b text); DROP TABLE junk")
    other.execute(SHOP.encode())
    other.execute(ORDERS.encode())

    one, two = read_graph(make_db_on(major, SHOP + ORDERS)), read_graph(other)

    assert one == two
    assert fingerprint(one) == fingerprint(two)


def test_the_order_of_columns_is_no_difference_of_statistics_on_them(
    make_db: Callable[..., Connection],
) -> None:
    statistics = "CREATE STATISTICS s ON b, a, (a + 1), lower(c) FROM t"
    one, other = (
        read_graph(make_db(f"CREATE TABLE t ({columns}); {statistics}"))
        for columns in ("a int, b int, c text", "c text, b int, a int")
    )

    assert one.definitions == other.definitions
    assert one.definitions[0].create == (
        "CREATE STATISTICS public.s ON a, b, (a + 1), lower(c) FROM public.t"
    )
