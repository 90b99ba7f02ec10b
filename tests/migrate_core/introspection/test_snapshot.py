from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus

from migrate_core.errors import LockTimeoutError
from migrate_core.introspection import graph, snapshot
from migrate_core.introspection.graph import TRIES, SchemaChangedError, read_graph
from migrate_core.introspection.snapshot import catalog_snapshot, oid_array
from tests.shop import ORDERS, SHOP

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection]


def test_it_is_read_only_and_leaves_no_setting_behind(make_db: MakeDb) -> None:
    db = make_db("SET search_path = public; SET TimeZone = 'Asia/Tokyo'")

    with catalog_snapshot(db):
        assert db.execute("SHOW search_path").fetchone() == ("",)
        assert db.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), db.transaction():
            db.execute("CREATE TABLE t (a int)")

    assert db.execute("SHOW search_path").fetchone() == ("public",)
    assert db.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)


def test_an_object_dropped_while_it_is_read_is_read_again(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deparse functions look at the present, the rest of a query at the snapshot."""
    db = make_db("CREATE TABLE t (a int); CREATE INDEX gone ON t (a); CREATE INDEX kept ON t (a)")
    real = snapshot.read_documents
    with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as other:

        def drop_then_read(*arguments: Any) -> dict[str, Any]:
            if arguments[1] == graph.RELATIONS:
                other.execute("DROP INDEX IF EXISTS gone")
            return real(*arguments)

        monkeypatch.setattr(graph, "read_documents", drop_then_read)
        (table,) = read_graph(db).tables

    assert [index.name for index in table.indexes] == ["kept"]


def test_an_index_renamed_while_it_is_read_is_read_again(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = make_db("CREATE TABLE t (a int); CREATE INDEX old ON t (a)")
    real = snapshot.read_documents
    with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as other:

        def rename_then_read(*arguments: Any) -> dict[str, Any]:
            if arguments[1] == graph.RELATIONS:
                other.execute("ALTER INDEX IF EXISTS old RENAME TO new")
            return real(*arguments)

        monkeypatch.setattr(graph, "read_documents", rename_then_read)
        (table,) = read_graph(db).tables

    assert [(i.name, i.definition) for i in table.indexes] == [("new", "USING btree (a)")]


def test_a_schema_that_never_stands_still_is_an_error(
    make_db: MakeDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = make_db("CREATE TABLE t (a int); CREATE INDEX name_0 ON t (a)")
    real = snapshot.read_documents
    names = iter(range(TRIES))
    with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as other:

        def rename_then_read(*arguments: Any) -> dict[str, Any]:
            if arguments[1] == graph.RELATIONS:
                number = next(names)
                other.execute(f"ALTER INDEX name_{number} RENAME TO name_{number + 1}")
            return real(*arguments)

        monkeypatch.setattr(graph, "read_documents", rename_then_read)
        with pytest.raises(SchemaChangedError):
            read_graph(db)


def test_oids_are_written_as_an_array(make_db: MakeDb) -> None:
    found = make_db().execute("SELECT %s::oid[]", [oid_array([1, 4_000_000_000])]).fetchone()

    assert found == ([1, 4_000_000_000],)


SETTINGS = (
    "SET search_path = public; SET quote_all_identifiers = on; SET DateStyle = 'German';"
    " SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Tokyo';"
    " SET extra_float_digits = -5; SET bytea_output = 'escape'; SET lc_monetary = 'C'"
)
TEXTS = """
CREATE TABLE t (a date DEFAULT '2020-03-04', b interval DEFAULT '1 day 02:00', c float8 DEFAULT
    0.1234567890123, d bytea DEFAULT '\\xdeadbeef', e timestamptz DEFAULT '2020-01-01 00:00+00');
"""


def test_a_session_s_settings_change_no_text(make_db: Callable[..., Connection]) -> None:
    db = make_db(SHOP + ORDERS + TEXTS)
    before = read_graph(db)

    db.execute(SETTINGS)

    assert read_graph(db) == before
    assert db.execute("SHOW search_path").fetchone() == ("public",)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second session helps from the first table on."""
    monkeypatch.setattr(graph, "MANY_TABLES", 1)


@pytest.mark.usefixtures("few_are_many")
def test_two_sessions_read_what_one_reads(make_db: Callable[..., Connection]) -> None:
    db = make_db(SHOP + ORDERS)

    def more() -> Connection:
        return psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True)

    assert read_graph(db, more=more) == read_graph(db)


def test_inside_a_transaction_it_sees_what_that_did(make_db: Callable[..., Connection]) -> None:
    db = make_db()
    with db.transaction():
        db.execute("CREATE TABLE t (a int)")

        found = read_graph(db)

        assert db.info.transaction_status is TransactionStatus.INTRANS
        db.execute("INSERT INTO t VALUES (1)")  # not read only, and the path is as it was
    assert [str(table.name) for table in found.tables] == ["public.t"]


@pytest.mark.usefixtures("few_are_many")
def test_the_whole_graph_is_of_one_moment(make_db: Callable[..., Connection]) -> None:
    """A table made between two of the reader's queries is in none of its documents."""
    db = make_db("CREATE TABLE first (a int)")
    other = psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True)

    def more() -> Connection:
        other.execute("CREATE TABLE second (a int); CREATE VIEW v AS SELECT 1")
        return psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True)

    with other:
        found = read_graph(db, more=more)

    assert [str(table.name) for table in found.tables] == ["public.first"]
    assert found.others == ()


def test_a_locked_table_is_an_error_that_says_so(make_db: Callable[..., Connection]) -> None:
    db = make_db("CREATE TABLE t (a int CHECK (a > 0)); SET lock_timeout = '20ms'")
    with psycopg.connect(db.info.dsn, password=db.info.password) as other:
        other.execute("LOCK TABLE t")

        with pytest.raises(LockTimeoutError) as caught:
            read_graph(db)

    assert caught.value.sqlstate == "55P03"
