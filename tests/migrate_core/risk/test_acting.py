"""Foreign keys that begin to delete, or to change, the rows that point."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from psycopg import errors

from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import MakeDb, changed, evidence
from tests.migrate_core.risk.test_circumstances import codes

pytestmark = pytest.mark.db
ACTS = "begins_to_cascade"
TABLES = """
CREATE TABLE customers (id integer PRIMARY KEY);
CREATE TABLE orders (id integer PRIMARY KEY, customer integer DEFAULT 2);
CREATE INDEX orders_customer ON orders (customer);
"""
ROWS = "INSERT INTO customers VALUES (1), (2); INSERT INTO orders VALUES (7, 1);"
KEPT = "SELECT customer FROM orders"
CASCADE, SET_NULL, SET_DEFAULT = (
    f"ON DELETE {word}" for word in ("CASCADE", "SET NULL", "SET DEFAULT")
)
DEFERRED = "DEFERRABLE INITIALLY DEFERRED"


def key(how: str = "", name: str = "fk") -> str:
    rule = f"FOREIGN KEY (customer) REFERENCES customers {how}"
    return f"ALTER TABLE orders ADD CONSTRAINT {name} {rule};"


def drop(name: str = "fk") -> str:
    return f"ALTER TABLE orders DROP CONSTRAINT {name};"


@pytest.mark.parametrize(
    ("was", "becomes", "left"),
    [
        ("", CASCADE, []),
        ("ON DELETE RESTRICT", CASCADE, []),
        (DEFERRED, f"{CASCADE} {DEFERRED}", []),
        (SET_NULL, CASCADE, []),
        ("", SET_NULL, [(None,)]),
        ("", f"{SET_NULL} (customer)", [(None,)]),
        ("", SET_DEFAULT, [(2,)]),
    ],
)
@pytest.mark.parametrize("name", ["fk", "other"])
def test_a_key_that_acts_where_it_refused(
    name: str, was: str, becomes: str, left: list[tuple[int | None]], make_db: MakeDb
) -> None:
    db, plan = changed(make_db, TABLES + ROWS + key(was), drop() + key(becomes, name))

    assert codes(plan)[ACTS] is Level.HIGH
    db.execute("DELETE FROM customers WHERE id = 1")
    assert db.execute(KEPT).fetchall() == left


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (CASCADE, ""),
        (CASCADE, SET_NULL),
        (SET_NULL, SET_DEFAULT),
        ("", "ON DELETE RESTRICT"),
        ("", "DEFERRABLE"),
        (CASCADE, f"{CASCADE} {DEFERRED}"),
        (CASCADE, f"{CASCADE} ON UPDATE RESTRICT"),
    ],
)
def test_a_key_that_takes_no_more_than_before(was: str, becomes: str, make_db: MakeDb) -> None:
    _db, plan = changed(make_db, TABLES + ROWS + key(was), drop() + key(becomes))

    assert plan.steps
    assert ACTS not in codes(plan)


def test_an_update_that_is_followed_is_milder(make_db: MakeDb) -> None:
    db, plan = changed(make_db, TABLES + ROWS + key(), drop() + key("ON UPDATE CASCADE"))

    assert codes(plan)[ACTS] is Level.MEDIUM
    assert evidence(plan, ACTS) == [
        "public.orders, ON UPDATE CASCADE of public.customers: it was refused until now"
    ]
    db.execute("UPDATE customers SET id = 3 WHERE id = 1")
    assert db.execute(KEPT).fetchall() == [(3,)]


def test_without_a_key_nobody_was_refused(make_db: MakeDb) -> None:
    _db, plan = changed(make_db, TABLES + ROWS, key(CASCADE))

    assert ACTS not in codes(plan)


def test_where_no_row_points_none_goes(make_db: MakeDb) -> None:
    _db, plan = changed(make_db, TABLES + key(), drop() + key(CASCADE))

    assert codes(plan)[ACTS] is Level.SAFE


@pytest.mark.parametrize(("stays", "refuses"), [("", True), (DEFERRED, False)])
def test_a_key_that_stays_refuses_first(stays: str, refuses: bool, make_db: MakeDb) -> None:
    """Unless it asks at the end, when the rows are gone."""
    db, plan = changed(make_db, TABLES + ROWS + key(stays), key(CASCADE, "fk2"))

    assert (ACTS in codes(plan)) is not refuses
    with pytest.raises(errors.ForeignKeyViolation) if refuses else nullcontext():
        db.execute("DELETE FROM customers WHERE id = 1")
