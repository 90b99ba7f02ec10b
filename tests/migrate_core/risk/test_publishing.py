"""Publications that make writes fail, and those that somebody has subscribed to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import msgspec
import pytest
from psycopg import Connection, errors

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from tests.migrate_core.risk.changed import changed
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
TABLES = """
CREATE TABLE keyed (id bigint PRIMARY KEY, a text);
CREATE TABLE bare (id bigint, a text);
CREATE TABLE late (id bigint PRIMARY KEY DEFERRABLE, a text);
CREATE TABLE whole (id bigint, a text);
ALTER TABLE whole REPLICA IDENTITY FULL;
CREATE TABLE unnamed (id bigint PRIMARY KEY, a text);
ALTER TABLE unnamed REPLICA IDENTITY NOTHING;
CREATE TABLE other (id bigint NOT NULL, a text);
CREATE UNIQUE INDEX other_id ON other (id);
ALTER TABLE other REPLICA IDENTITY USING INDEX other_id;
CREATE UNLOGGED TABLE gone (id bigint);
CREATE TABLE days (day date, a text) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
INSERT INTO keyed VALUES (1); INSERT INTO bare VALUES (1); INSERT INTO late VALUES (1);
INSERT INTO whole VALUES (1); INSERT INTO unnamed VALUES (1); INSERT INTO other VALUES (1);
INSERT INTO days VALUES ('2026-01-01');
"""
FAILING = {"bare", "late", "unnamed", "days_1"}
CODE = "published_without_identity"


def feed(*then: str, create: str = "CREATE PUBLICATION feed") -> dict[str, Any]:
    texts = [f"ALTER PUBLICATION feed {text}" for text in then]
    made = {"kind": "publication", "name": "feed", "create": create, "then": texts}
    return {"op": "createPublication", "definition": made}


def failing(db: Connection[Any], *operations: dict[str, Any]) -> set[str]:
    """The tables that the verdict names."""
    reasons = (r for step in judged(db, *operations).steps for r in step.verdict.reasons)
    texts = [r.evidence for r in reasons if r.code == CODE]
    return {part.partition(":")[0].strip() for text in texts for part in text.split(";")}


@pytest.mark.parametrize(
    "table", ["keyed", "bare", "late", "whole", "unnamed", "other", "gone", "days_1"]
)
def test_what_the_verdict_says_of_a_table_is_what_postgresql_does(
    table: str, make_db: MakeDb
) -> None:
    """An unlogged table cannot be put into one; FOR ALL TABLES passes it over."""
    db = make_db(TABLES)
    said = codes(judged(db, feed(create="CREATE PUBLICATION feed FOR ALL TABLES")))
    one = {} if table == "gone" else codes(judged(db, feed(f"ADD TABLE ONLY public.{table}")))

    db.execute("CREATE PUBLICATION feed FOR ALL TABLES")
    if table in FAILING:
        with pytest.raises(errors.ObjectNotInPrerequisiteState):
            db.execute(f"UPDATE {table} SET a = 'b'".encode())
        assert one[CODE] is Level.HIGH
    else:
        column = "id = 2" if table == "gone" else "a = 'b'"
        db.execute(f"UPDATE {table} SET {column}".encode())
        assert CODE not in one
    assert said[CODE] is Level.HIGH


def test_each_way_to_publish_a_table_counts(make_db: MakeDb) -> None:
    db = make_db(TABLES)

    assert failing(db, feed("ADD TABLES IN SCHEMA public")) >= {"public.bare", "public.days_1"}
    assert failing(db, feed("ADD TABLE ONLY public.days")) == {"public.days_1"}
    assert failing(db, feed("ADD TABLE ONLY public.keyed (a)")) == {"public.keyed"}
    assert failing(db, feed("ADD TABLE ONLY public.keyed (id, a)")) == set()
    only = feed("SET (publish = 'insert')", "ADD TABLE ONLY public.bare")
    assert failing(db, only) == set()


def test_an_identity_that_a_later_step_gives_is_one(make_db: MakeDb) -> None:
    identity = {"op": "alterReplicaIdentity", "table": "public.bare", "to": {"rows": "full"}}
    db = make_db(TABLES)

    assert failing(db, feed("ADD TABLE ONLY public.bare"), identity) == set()


def alter(*then: str) -> dict[str, Any]:
    return {
        "op": "alterPublication",
        "name": "feed",
        "then": [f"ALTER PUBLICATION feed {text}" for text in then],
    }


@pytest.mark.parametrize(
    ("table", "condition", "fails"),
    [
        ("keyed", "a = 'web'", True),
        ("keyed", "id > 5", False),
        ("typed", "id < 'b'", False),
        ("whole", "a = 'web'", False),
        ("other", "id > 5", False),
        ("other", "a IS NULL OR id > 5", True),
    ],
)
@pytest.mark.parametrize("publish", ["", "SET (publish = 'insert')"])
def test_a_filter_asks_for_nothing_but_the_identity(
    table: str, condition: str, fails: bool, publish: str, make_db: MakeDb
) -> None:
    typed = "CREATE TABLE typed (id text PRIMARY KEY, text text, a text);"
    made = f"{TABLES} {typed} INSERT INTO typed VALUES ('a'); CREATE PUBLICATION feed"
    holds = f"ALTER PUBLICATION feed ADD TABLE {table}"
    narrows = f"ALTER PUBLICATION feed SET TABLE {table} WHERE ({condition})"
    only = f"; ALTER PUBLICATION feed {publish}" if publish else ""

    db, plan = changed(make_db, f"{made}; {holds}", narrows + only)

    fails = fails and not publish
    assert codes(plan).get(CODE) is (Level.HIGH if fails else None)
    with pytest.raises(errors.InvalidColumnReference) if fails else nullcontext():
        db.execute(f"UPDATE {table} SET a = 'b'".encode())


def test_a_filter_of_the_table_above(make_db: MakeDb) -> None:
    made = """
    CREATE TABLE days (day date PRIMARY KEY, a text) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    """
    root = "WITH (publish_via_partition_root = true)"
    create = f"CREATE PUBLICATION feed FOR TABLE days WHERE (a > 'a') {root}"

    db, plan = changed(make_db, made, create)

    assert codes(plan)[CODE] is Level.HIGH
    with pytest.raises(errors.InvalidColumnReference):
        db.execute("UPDATE days SET a = 'b'")


def test_only_tables_that_come_to_fail_are_named(make_db: MakeDb) -> None:
    db = make_db(f"{TABLES} CREATE PUBLICATION feed FOR TABLE bare")
    both = alter("ADD TABLE ONLY public.bare", "ADD TABLE ONLY public.unnamed")

    assert failing(db, both) == {"public.unnamed"}


ALL = [f"ADD TABLE ONLY public.{table}" for table in ("days", "keyed", "other")]
LEAVES = alter(*ALL[:2])
NARROWER = alter("SET (publish = 'insert')", *ALL)
STAYS = alter(*ALL, "ADD TABLE ONLY public.whole")
BY_ROOT = alter("SET (publish_via_partition_root = true)", *ALL)


@pytest.mark.parametrize(
    ("slots", "operation", "told"),
    [
        (1, {"op": "dropPublication", "name": "feed"}, True),
        (None, {"op": "dropPublication", "name": "feed"}, True),
        (0, {"op": "dropPublication", "name": "feed"}, False),
        (1, LEAVES, True),
        (0, LEAVES, False),
        (1, NARROWER, True),
        (1, STAYS, False),
        (1, BY_ROOT, True),
        (None, BY_ROOT, True),
        (0, BY_ROOT, False),
    ],
)
def test_what_subscribers_lose(
    slots: int | None, operation: dict[str, Any], told: bool, make_db: MakeDb
) -> None:
    db = make_db(f"{TABLES} CREATE PUBLICATION feed FOR TABLE keyed, other, days")

    def given(_relation: QualifiedName | None, facts: Facts) -> Facts:
        assert facts.surroundings is not None
        around = msgspec.structs.replace(facts.surroundings, logical_slots=slots)
        return msgspec.structs.replace(facts, surroundings=around)

    plan = judged(db, operation, given=given)

    assert (codes(plan).get("takes_from_subscribers") is Level.HIGH) is told


@pytest.mark.parametrize(
    ("held", "before", "after", "told"),
    [
        ("days", True, False, True),
        ("days", False, True, True),
        ("keyed", False, True, False),
        ("days_1", False, True, False),
    ],
)
def test_partitions_are_published_otherwise(
    held: str, before: bool, after: bool, told: bool, make_db: MakeDb
) -> None:
    """Only a slot tells that somebody has subscribed."""
    root = f"WITH (publish_via_partition_root = {before})"
    db = make_db(f"{TABLES} CREATE PUBLICATION feed FOR TABLE {held} {root}")
    then = ["SET (publish_via_partition_root = true)"] if after else []
    operation = alter(*then, f"ADD TABLE ONLY public.{held}")

    def given(_relation: QualifiedName | None, facts: Facts) -> Facts:
        assert facts.surroundings is not None
        around = msgspec.structs.replace(facts.surroundings, logical_slots=1)
        return msgspec.structs.replace(facts, surroundings=around)

    plan = judged(db, operation, given=given)

    assert (codes(plan).get("takes_from_subscribers") is Level.HIGH) is told
