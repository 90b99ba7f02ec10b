"""Types, collations and what 18 knows of NOT NULL, as values."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.definitions import Attribute, Composite, Domain, DomainCheck
from migrate_core.schema.objects import Constraint, NotNull

MakeDbOn = Callable[..., Connection]


def test_a_domain_is_read_with_its_rules(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(
        major,
        """
        CREATE DOMAIN code AS text COLLATE "C" DEFAULT 'x' NOT NULL
            CONSTRAINT a CHECK (VALUE > 'a');
        ALTER DOMAIN code ADD CONSTRAINT b CHECK (VALUE < 'z') NOT VALID;
        COMMENT ON CONSTRAINT b ON DOMAIN code IS 'For new ones';
        """,
    )

    assert read_graph(db).domains == (
        Domain(
            name=QualifiedName("public", "code"),
            type="text",
            collation='pg_catalog."C"',
            not_null=True,
            default="'x'::text",
            constraints=(
                DomainCheck(name="a", definition="CHECK ((VALUE > 'a'::text))"),
                DomainCheck(
                    name="b",
                    definition="CHECK ((VALUE < 'z'::text))",
                    validated=False,
                    comment="For new ones",
                ),
            ),
        ),
    )


def test_the_name_of_a_domains_not_null_is_told_where_it_is_kept(
    make_db_on: MakeDbOn, major: int
) -> None:
    db = make_db_on(major, "CREATE DOMAIN code AS text CONSTRAINT required NOT NULL")

    (domain,) = read_graph(db).domains

    assert domain.not_null_name == ("required" if major >= 17 else None)


def test_a_composite_type_is_no_row_type_of_a_table(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(
        major,
        """CREATE TABLE t (a int); CREATE TYPE pair AS (b text COLLATE "C", a int);
        COMMENT ON TYPE pair IS 'Two'; COMMENT ON COLUMN pair.a IS 'One'""",
    )

    graph = read_graph(db)

    assert graph.composites == (
        Composite(
            name=QualifiedName("public", "pair"),
            attributes=(
                Attribute(name="b", type="text", collation='pg_catalog."C"'),
                Attribute(name="a", type="integer", comment="One"),
            ),
            comment="Two",
        ),
    )
    assert graph.others == ()


def test_ranges_and_collations_are_statements_that_make_them(
    make_db_on: MakeDbOn, major: int
) -> None:
    ddl = """
        CREATE COLLATION byte (locale = 'C');
        CREATE COLLATION mixed (lc_collate = 'C', lc_ctype = 'POSIX');
        CREATE TYPE names AS RANGE (subtype = text, subtype_opclass = text_pattern_ops,
                                    collation = byte, multirange_type_name = name_sets);
    """
    made = read_graph(make_db_on(major, ddl)).definitions

    again = make_db_on(major)
    for definition in made:
        again.execute(definition.create.encode())

    assert {d.name for d in made} == {"public.byte", "public.mixed", "public.names"}
    assert read_graph(again).definitions == made


def test_storage_parameters_of_a_key_are_read(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, "CREATE TABLE t (a int PRIMARY KEY WITH (fillfactor = 70))")

    assert read_graph(db).tables[0].primary_key == Constraint(
        name="t_pkey",
        type="primary key",
        definition="PRIMARY KEY (a)",
        columns=("a",),
        options=("fillfactor=70",),
    )


def test_only_an_unusual_not_null_is_told(make_db_on: MakeDbOn, major: int) -> None:
    db = make_db_on(major, "CREATE TABLE t (a int NOT NULL, b int CONSTRAINT has_b NOT NULL)")
    if major >= 18:
        db.execute("ALTER TABLE t ADD c int, ADD CONSTRAINT c NOT NULL c NOT VALID")

    rules = {c.name: c.not_null_rule for c in read_graph(db).tables[0].columns}

    if major >= 18:
        invalid = NotNull(name="c", validated=False)
        assert rules == {"a": None, "b": NotNull(name="has_b"), "c": invalid}
    else:
        assert rules == {"a": None, "b": None}
