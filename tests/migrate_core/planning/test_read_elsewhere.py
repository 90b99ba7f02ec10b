"""What is read on a replica is counted there: that nobody reads it here proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from tests.faults.replicas import Pair
from tests.migrate_core.risk.test_circumstances import codes, judged

MakeDb = Callable[..., Connection[Any]]
pytestmark = pytest.mark.db
DAY = 86_400.0
SHOP = """
CREATE TABLE orders (id int PRIMARY KEY, customer int, code text UNIQUE);
CREATE INDEX by_customer ON orders (customer);
CREATE VIEW of_today AS SELECT id FROM orders;
"""
DROP_INDEX = {"op": "dropIndex", "table": "public.orders", "name": "by_customer"}
DROP_VIEW = {"op": "dropView", "name": "public.of_today"}
DROP_UNIQUE = {"op": "dropUnique", "table": "public.orders", "name": "orders_code_key"}
RENAME = {"op": "renameColumn", "table": "public.orders", "column": "customer", "to": "buyer"}


@pytest.fixture(scope="module")
def followed() -> Iterator[Connection[Any]]:
    """A database of a server with a streaming standby."""
    pair = Pair()
    try:
        with closing(pair.connect()) as conn:
            conn.execute(SHOP)
            yield conn
    finally:
        pair.stop()


def unused(db: Connection[Any], operation: dict[str, Any]) -> Plan:
    """Judged as if nobody had read or written anything here for two months."""

    def given(relation: QualifiedName | None, facts: Facts) -> Facts:
        found = facts.activity or Activity()
        idle = msgspec.structs.replace(found, reads=0, writes=0, counted_seconds=60 * DAY)
        if relation is None or facts.size is None:
            return msgspec.structs.replace(facts, activity=idle)
        large = TableSize(table=relation, rows=90_000_000, bytes=30 * 1024**3)
        return msgspec.structs.replace(facts, activity=idle, size=large)

    return judged(db, operation, given=given)


def test_an_index_that_only_a_replica_may_use_is_none_that_nobody_uses(
    followed: Connection[Any], make_db: MakeDb
) -> None:
    here, there = unused(make_db(SHOP), DROP_INDEX), unused(followed, DROP_INDEX)

    assert "index_use_unknown" not in codes(here)
    assert codes(there)["index_use_unknown"] is Level.HIGH
    (said,) = (r for r in there.steps[0].verdict.reasons if r.code == "index_use_unknown")
    assert "what is read on a replica is not counted here" in said.evidence


def test_so_is_a_view(followed: Connection[Any], make_db: MakeDb) -> None:
    assert "use_unknown" not in codes(unused(make_db(SHOP), DROP_VIEW))
    assert codes(unused(followed, DROP_VIEW))["use_unknown"] is Level.HIGH


def test_a_name_weighs_as_much_as_where_it_is_used(
    followed: Connection[Any], make_db: MakeDb
) -> None:
    assert unused(followed, RENAME).score > unused(make_db(SHOP), RENAME).score


def test_what_only_writers_meet_is_counted_here(followed: Connection[Any], make_db: MakeDb) -> None:
    """A replica writes nothing."""
    assert codes(unused(followed, DROP_UNIQUE)).get("use_unknown") == (
        codes(unused(make_db(SHOP), DROP_UNIQUE)).get("use_unknown")
    )
