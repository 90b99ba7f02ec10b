from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import snapshots
from migrate_core.errors import TamperedError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from tests import runs

MakeDb = Callable[..., Connection[Any]]


@pytest.fixture
def db(make_db: MakeDb) -> Connection[Any]:
    conn = make_db(runs.USERS)
    ledger.ensure(conn)
    return conn


def test_a_schema_comes_back_as_it_was_taken(db: Connection[Any]) -> None:
    graph = read_graph(db)

    seen = snapshots.take(db, "m", "baseline", graph)

    assert snapshots.load(db, seen) == graph
    assert snapshots.latest(db) == graph
    assert snapshots.load(db, "0" * 64) is None


def test_equal_schemas_are_kept_once(db: Connection[Any]) -> None:
    graph = read_graph(db)

    snapshots.take(db, "m", "before", graph)
    snapshots.take(db, "n", "before", graph)

    assert db.execute("SELECT count(*) FROM _zanith_graphs").fetchone() == (1,)
    assert [s.migration_id for s in snapshots.stored(db)] == ["m", "n"]


def test_the_schema_at_a_date_is_the_last_one_taken_by_then(db: Connection[Any]) -> None:
    first = read_graph(db)
    snapshots.take(db, None, "baseline", first)
    row = db.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    db.execute("CREATE TABLE later (a int)")
    snapshots.take(db, "m", "after", read_graph(db))

    assert snapshots.at(db, row[0]) == first
    assert snapshots.at(db, datetime(2000, 1, 1, tzinfo=UTC)) is None
    latest = snapshots.latest(db)
    assert latest is not None
    assert snapshots.compare(first, latest) == ["table public.later"]


def test_an_edited_graph_is_refused(db: Connection[Any]) -> None:
    seen = snapshots.take(db, "m", "baseline", read_graph(db))
    db.execute("ALTER TABLE _zanith_graphs DISABLE TRIGGER ALL")
    db.execute("UPDATE _zanith_graphs SET graph = jsonb_set(graph, '{tables,0,name}', '\"a.b\"')")

    with pytest.raises(TamperedError):
        snapshots.load(db, seen)


def test_there_are_none_where_there_is_no_ledger(make_db: MakeDb) -> None:
    assert snapshots.stored(make_db()) == []
    assert snapshots.latest(make_db()) is None
