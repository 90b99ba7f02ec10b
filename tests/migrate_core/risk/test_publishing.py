"""Publications that make writes fail, and those that somebody has subscribed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection, errors

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
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


def test_only_tables_that_come_to_fail_are_named(make_db: MakeDb) -> None:
    db = make_db(f"{TABLES} CREATE PUBLICATION feed FOR TABLE bare")
    both = alter("ADD TABLE ONLY public.bare", "ADD TABLE ONLY public.unnamed")

    assert failing(db, both) == {"public.unnamed"}


LEAVES = alter("ADD TABLE ONLY public.keyed")
NARROWER = alter(
    "SET (publish = 'insert')", "ADD TABLE ONLY public.keyed", "ADD TABLE ONLY public.other"
)
STAYS = alter(
    "ADD TABLE ONLY public.keyed", "ADD TABLE ONLY public.other", "ADD TABLE ONLY public.whole"
)


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
    ],
)
def test_what_subscribers_lose(
    slots: int | None, operation: dict[str, Any], told: bool, make_db: MakeDb
) -> None:
    db = make_db(f"{TABLES} CREATE PUBLICATION feed FOR TABLE keyed, other")

    def given(_relation: QualifiedName | None, facts: Facts) -> Facts:
        assert facts.surroundings is not None
        around = msgspec.structs.replace(facts.surroundings, logical_slots=slots)
        return msgspec.structs.replace(facts, surroundings=around)

    plan = judged(db, operation, given=given)

    assert (codes(plan).get("takes_from_subscribers") is Level.HIGH) is told
