"""Tables whose foreign keys PostgreSQL validates anew for a change of what they point at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import pytest

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.test_circumstances import MakeDb, judged

pytestmark = pytest.mark.db
POINTING = QualifiedName("public", "pointing")
MB = 1_000_000
TABLES = """
CREATE TABLE pointed (id {} PRIMARY KEY);
CREATE TABLE pointing (id integer, pointed {} REFERENCES pointed{});
INSERT INTO pointed VALUES ('1'), ('2');
INSERT INTO pointing SELECT n, '1' FROM generate_series(1, 100) AS n;
"""


def of_size(size: int) -> Callable[[QualifiedName | None, Facts], Facts]:
    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        if relation != POINTING:
            return facts
        measured = TableSize(table=POINTING, rows=size // 100, bytes=size)
        return msgspec.structs.replace(facts, size=measured)

    return given


def validates(db: psycopg.Connection[Any], statement: str) -> bool:
    """By PostgreSQL's own word."""
    said: list[str | None] = []
    db.add_notice_handler(lambda diag: said.append(diag.message_primary))
    db.execute("SET client_min_messages = debug1")
    db.execute(statement.encode())
    return any("validating foreign key" in (one or "") for one in said)


@pytest.mark.parametrize(
    ("old", "new", "own", "again"),
    [
        ("smallint", "integer", "smallint", True),
        ("smallint", "integer", "integer", True),
        ("integer", "bigint", "integer", True),
        ("character varying(9)", "character varying(5)", "character varying(9)", True),
        ("character varying(5)", "character varying(9)", "character varying(5)", False),
        ("character varying(5)", "text", "text", False),
    ],
)
def test_a_key_of_a_small_table_that_a_large_one_points_at(
    old: str, new: str, own: str, again: bool, make_db: MakeDb
) -> None:
    db = make_db(TABLES.format(old, own, ""))
    change = {"op": "alterColumnType", "table": "public.pointed", "column": "id"}
    becomes: dict[str, Any] = {**change, "to": {"type": new}}

    levels = {size: judged(db, becomes, given=of_size(size)).level for size in (10 * MB, 9000 * MB)}

    assert (levels[9000 * MB] is Level.HIGH) is again
    assert levels[10 * MB].score <= Level.MEDIUM.score
    assert validates(db, f"ALTER TABLE pointed ALTER id TYPE {new}") is again


def test_a_key_that_was_never_validated_is_not_now(make_db: MakeDb) -> None:
    later = "; ALTER TABLE pointing ADD FOREIGN KEY (pointed) REFERENCES pointed NOT VALID"
    tables = TABLES.format("smallint", "smallint", "").replace(" REFERENCES pointed", "")
    db = make_db(f"{tables} {later[1:]}")
    change = {"op": "alterColumnType", "table": "public.pointed", "column": "id"}

    plan = judged(db, {**change, "to": {"type": "integer"}}, given=of_size(9000 * MB))

    assert plan.level is Level.LOW
    assert not validates(db, "ALTER TABLE pointed ALTER id TYPE integer")


def test_the_other_end_of_its_own_key_is_not_read_again(make_db: MakeDb) -> None:
    """Each of its rows is looked up there."""
    db = make_db(
        "CREATE TABLE pointing (id smallint PRIMARY KEY);"
        "CREATE TABLE own (id smallint REFERENCES pointing);"
        "INSERT INTO pointing VALUES (1); INSERT INTO own VALUES (1)"
    )
    change = {"op": "alterColumnType", "table": "public.own", "column": "id"}

    plan = judged(db, {**change, "to": {"type": "integer"}}, given=of_size(9000 * MB))

    assert plan.level is Level.LOW
