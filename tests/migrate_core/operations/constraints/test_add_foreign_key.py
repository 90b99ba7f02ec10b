from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Place
from migrate_core.operations.constraints.add_foreign_key import AddForeignKey
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Table,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")

ORDERS = QualifiedName("public", "orders")


def add(definition: str, **fields: Any) -> AddForeignKey:
    key = Constraint(name="orders_user", type="foreign key", definition=definition, **fields)
    return AddForeignKey(table=ORDERS, constraint=key)


PLAIN = add(
    "FOREIGN KEY (user_id) REFERENCES public.users(id)",
    columns=("user_id",),
    references=USERS,
    ref_columns=("id",),
)
ROWS = """
    CREATE TABLE users (id int PRIMARY KEY, tenant int, UNIQUE (id, tenant));
    CREATE TABLE orders (id int PRIMARY KEY, user_id int, tenant int);
    INSERT INTO users VALUES (1, 1);
    INSERT INTO orders VALUES (1, 1, 1), (2, NULL, NULL), (3, 9, 1), (4, 1, NULL);
"""


def test_both_tables_are_locked_briefly_and_read_under_locks_that_let_writes_through() -> None:
    add_it, validate = PLAIN.stages(PLACE)

    share = LockMode.SHARE_ROW_EXCLUSIVE
    assert add_it.statements[0].locks() == ((ORDERS, share), (USERS, share))
    assert not add_it.is_long
    assert validate.statements[0].locks() == (
        (ORDERS, LockMode.SHARE_UPDATE_EXCLUSIVE),
        (USERS, LockMode.ROW_SHARE),
    )
    assert validate.is_long


def test_one_that_points_at_its_own_table_locks_it_alone() -> None:
    own = add("FOREIGN KEY (a) REFERENCES public.orders(b)", references=ORDERS)

    assert [len(s.statements[0].locks()) for s in own.stages(PLACE)] == [1, 1]


def test_one_that_is_not_to_be_validated_reads_no_row(judged: Judged) -> None:
    for loose in (
        add("FOREIGN KEY (a) REFERENCES public.users(b)", references=USERS, validated=False),
        add("FOREIGN KEY (a) REFERENCES public.users(b) NOT ENFORCED", references=USERS),
    ):
        (only,) = loose.stages(PLACE)
        assert not only.is_long
        assert list(judged(loose)) == ["adds_foreign_key"]


@pytest.mark.db
def test_rows_that_point_at_nothing_are_counted_with_their_keys(asked: Asked) -> None:
    answer = asked(ROWS, PLAIN)["orphans"]

    assert (answer.count, answer.sample) == (1, ("3",))


@pytest.mark.db
@pytest.mark.parametrize(("match", "orphans"), [("", ("3",)), (" MATCH FULL", ("3", "4"))])
def test_a_row_with_a_null_in_the_key_is_bound_by_match_full_alone(
    asked: Asked, match: str, orphans: tuple[str, ...]
) -> None:
    both = add(f"FOREIGN KEY (user_id, tenant) REFERENCES public.users(id, tenant){match}")

    assert asked(ROWS, both)["orphans"].sample == orphans


@pytest.mark.db
def test_a_table_that_points_at_itself_is_not_taken_for_another(asked: Asked) -> None:
    own = add("FOREIGN KEY (user_id) REFERENCES public.orders(id)")

    assert asked(ROWS, own)["orphans"].sample == ("3",)


def test_risk_depends_on_the_rows_that_point_at_nothing(judged: Judged) -> None:
    assert judged(PLAIN, orphans=0) == {"adds_foreign_key": "medium"}
    assert judged(PLAIN, orphans=2)["fails_on_existing_rows"] == "blocked"
    assert judged(PLAIN, orphans=None)["not_measured"] == "high"


def test_what_it_speaks_of_must_be_there() -> None:
    orders = Table(name=ORDERS, columns=(Column(name="user_id", type="integer"),))
    users = Table(name=USERS)
    for tables, problem in (
        ((orders,), "table public.users does not exist"),
        ((orders, users), r"column public.users.id does not exist"),
        ((Table(name=ORDERS), users), r"column public.orders.user_id does not exist"),
        ((orders.with_part(PLAIN.constraint), users), "exists already"),
    ):
        with pytest.raises(UnboundOperationError, match=problem):
            PLAIN.bind(SchemaGraph(tables=tables))
