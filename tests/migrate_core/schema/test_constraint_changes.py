from __future__ import annotations

import msgspec
import pytest

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.constraint_changes import added, dropped, leaning, redefined
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Index, Table

USERS, ORDERS = QualifiedName("public", "users"), QualifiedName("public", "orders")
UNIQUE = Constraint(name="u", type="unique", definition="UNIQUE (id)", columns=("id",))
POINTS = Constraint(
    name="f",
    type="foreign key",
    definition="FOREIGN KEY (user_id) REFERENCES public.users(id)",
    columns=("user_id",),
    references=USERS,
    ref_columns=("id",),
)
BARE = Table(name=USERS, columns=(Column(name="id", type="integer"), Column(name="a", type="text")))
ORDER_TABLE = Table(name=ORDERS, constraints=(POINTS,))


def delta(before: Table, after: Table) -> SchemaDelta:
    return SchemaDelta(
        SchemaGraph(tables=(ORDER_TABLE, before)),
        SchemaGraph(tables=(ORDER_TABLE, after)),
        Answers(),
    )


def with_unique(**changes: object) -> Table:
    changed = msgspec.structs.replace(UNIQUE, **changes)
    return BARE.change(constraints=(changed,))


@pytest.mark.parametrize("changes", [{"comment": "x"}, {"validated": False}])
def test_comment_and_validation_make_no_other_constraint(changes: dict[str, object]) -> None:
    found = delta(with_unique(), with_unique(**changes))

    assert not redefined(UNIQUE, msgspec.structs.replace(UNIQUE, **changes))
    assert (*added(found, "unique"), *dropped(found, "unique"), *leaning(found)) == ()


def test_a_changed_one_is_dropped_and_added_by_its_types() -> None:
    rule = {"type": "check", "definition": "CHECK (true)"}
    found = delta(with_unique(), with_unique(**rule))

    assert [c.name for _, c in dropped(found, "unique")] == ["u"]
    assert [c.name for _, c in added(found, "check")] == ["u"]
    assert (*dropped(found, "check"), *added(found, "unique")) == ()


def test_another_name_alone_is_neither_dropped_nor_added() -> None:
    found = delta(with_unique(), with_unique(name="v"))

    assert (*added(found, "unique"), *dropped(found, "unique"), *leaning(found)) == ()


@pytest.mark.parametrize(
    ("before", "after", "leans"),
    [
        (with_unique(), with_unique(definition="UNIQUE (id) DEFERRABLE"), True),
        (with_unique(), BARE, True),
        (with_unique(definition="UNIQUE (id, a)", columns=("id", "a")), BARE, False),
        (
            BARE.change(
                indexes=(Index(name="i", definition="USING btree (id)", unique=True),),
            ),
            BARE,
            True,
        ),
        (
            BARE.change(indexes=(Index(name="i", definition="USING btree (id)"),)),
            BARE,
            False,
        ),
    ],
)
def test_a_foreign_key_leans_on_the_keys_over_its_columns(
    before: Table, after: Table, leans: bool
) -> None:
    assert [key.name for _, key in leaning(delta(before, after))] == (["f"] if leans else [])
