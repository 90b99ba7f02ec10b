from __future__ import annotations

import pytest

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Column, Constraint, ConstraintType, Index, Table
from migrate_core.schema.rules import (
    KeyShape,
    check_expression,
    completed,
    index_key,
    is_enforced,
    read_key,
)

USERS = QualifiedName("public", "users")
TABLE = Table(
    name=USERS,
    columns=tuple(Column(name=name, type="integer") for name in ("id", "Tenant", "note")),
)


@pytest.mark.parametrize(
    ("definition", "shape"),
    [
        ("PRIMARY KEY (id)", KeyShape(columns="(id)")),
        (
            'UNIQUE NULLS NOT DISTINCT (id, "a)b(") INCLUDE (note) DEFERRABLE INITIALLY DEFERRED',
            KeyShape(
                columns='(id, "a)b(")',
                include="(note)",
                nulls_distinct=False,
                timing="DEFERRABLE INITIALLY DEFERRED",
            ),
        ),
        ('UNIQUE ("NOT DISTINCT")', KeyShape(columns='("NOT DISTINCT")')),
        (
            "PRIMARY KEY (id, during WITHOUT OVERLAPS)",
            KeyShape(columns="(id, during WITHOUT OVERLAPS)", has_periods=True),
        ),
    ],
)
def test_a_key_is_read_by_its_outermost_parentheses(definition: str, shape: KeyShape) -> None:
    assert read_key(definition) == shape


def test_a_bracket_in_a_string_of_a_check_ends_nothing() -> None:
    definition = "CHECK (((note <> ')'::text) OR (id > 0))) NO INHERIT"

    assert check_expression(definition) == "(((note <> ')'::text) OR (id > 0)))"


@pytest.mark.parametrize(
    ("definition", "columns"),
    [
        ("USING btree (id) INCLUDE (note)", ("id",)),
        ('USING btree ("Tenant", id)', ("Tenant", "id")),
    ],
)
def test_an_index_key_leaves_out_what_is_only_included(
    definition: str, columns: tuple[str, ...]
) -> None:
    assert index_key(Index(name="i", definition=definition)) == columns


@pytest.mark.parametrize(
    ("kind", "definition", "columns"),
    [
        ("unique", 'UNIQUE (id, "Tenant")', ("id", "Tenant")),
        ("check", 'CHECK (note > 0 AND "Tenant" > 0 AND length(id) > 0)', ("Tenant", "id", "note")),
        ("exclude", "EXCLUDE USING gist (id WITH =)", ("id",)),
    ],
)
def test_columns_that_a_person_left_out_are_read_from_the_definition(
    kind: ConstraintType, definition: str, columns: tuple[str, ...]
) -> None:
    written = Constraint(name="c", type=kind, definition=definition)

    assert completed(written, TABLE).columns == columns


def test_a_foreign_key_says_where_it_points() -> None:
    definition = 'FOREIGN KEY ("Tenant", id) REFERENCES "Other".t(a, "B") ON DELETE SET NULL (id)'

    found = completed(Constraint(name="c", type="foreign key", definition=definition), TABLE)

    assert found.columns == ("Tenant", "id")
    assert found.references == QualifiedName("Other", "t")
    assert found.ref_columns == ("a", "B")


def test_what_the_catalog_told_is_left_as_it_is() -> None:
    told = Constraint(name="c", type="check", definition="CHECK (true)", columns=("id",))

    assert completed(told, TABLE) is told


def test_not_valid_is_no_part_of_a_definition() -> None:
    written = Constraint(name="c", type="check", definition="CHECK (id > 0)  not  valid ")

    found = completed(written, TABLE)

    assert (found.definition, found.validated) == ("CHECK (id > 0)", False)


@pytest.mark.parametrize(
    ("definition", "enforced"),
    [("CHECK ((id > 0))", True), ("CHECK ((id > 0)) NOT ENFORCED", False)],
)
def test_a_constraint_is_enforced_unless_it_says_otherwise(definition: str, enforced: bool) -> None:
    assert is_enforced(Constraint(name="c", type="check", definition=definition)) is enforced
