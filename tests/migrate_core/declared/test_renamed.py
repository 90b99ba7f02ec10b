from __future__ import annotations

import pytest

from migrate_core.declared.renamed import RenamedFrom, answers, said
from migrate_core.declared.statements import File, Statement, split
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Table
from migrate_core.schema.refs import ObjectKind, Ref

PEOPLE, USERS = QualifiedName("public", "people"), QualifiedName("public", "users")
SQL = """
CREATE TABLE other (a int);  -- renamed from: nothing, this is a sentence

-- the people of the shop
-- renamed from: users
CREATE TABLE IF NOT EXISTS people (
    id bigint PRIMARY KEY,
    mail text, -- renamed from: email
    -- renamed from: "Full Name"
    name text DEFAULT 'a -- renamed from: b',
    CHECK (name <> '(')
);
"""


def found(sql: str) -> tuple[RenamedFrom, ...]:
    return said(s for s in split(File("a.sql", sql)) if isinstance(s, Statement))


def graph(name: QualifiedName, *columns: str) -> SchemaGraph:
    table = Table(name=name, columns=tuple(Column(name=c, type="text") for c in columns))
    return SchemaGraph().put(table)


def test_comments_above_and_behind_say_what_was_renamed() -> None:
    assert found(SQL) == (
        RenamedFrom(table=PEOPLE, old="users"),
        RenamedFrom(table=PEOPLE, column="mail", old="email"),
        RenamedFrom(table=PEOPLE, column="name", old="Full Name"),
    )


def test_a_table_in_a_schema_of_its_own_is_meant_with_it() -> None:
    (hint,) = found('-- renamed from: old\nCREATE TABLE shop."New" (a int)')

    assert hint == RenamedFrom(table=QualifiedName("shop", "New"), old="old")


def test_they_are_answers_while_the_old_names_are_there() -> None:
    live = graph(USERS, "id", "email", "Full Name")

    assert answers(found(SQL), live) == (
        Rename(old=Ref.of(ObjectKind.TABLE, USERS), new="people"),
        Rename(old=column_ref(USERS, "email"), new="mail"),
        Rename(old=column_ref(USERS, "Full Name"), new="name"),
    )


@pytest.mark.parametrize("columns", [("id", "mail", "name"), ("id", "mail", "email", "name")])
def test_they_are_history_once_it_is_done(columns: tuple[str, ...]) -> None:
    assert answers(found(SQL), graph(PEOPLE, *columns)) == ()
