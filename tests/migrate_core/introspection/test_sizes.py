from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection

from migrate_core.introspection.sizes import COUNTED_ROWS, read_sizes
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import TableSize

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection]


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


def fill(name: str, rows: int) -> str:
    return f"CREATE TABLE {name} AS SELECT n FROM generate_series(1, {rows}) AS n;"


def test_a_small_table_is_counted(make_db_on: Callable[..., Connection], major: int) -> None:
    db = make_db_on(major, fill("few", 7) + "CREATE TABLE none (a int)")

    sizes = read_sizes(db, [public("few"), public("none")])

    assert (sizes[public("few")].rows, sizes[public("few")].exact) == (7, True)
    assert sizes[public("none")] == TableSize(table=public("none"), rows=0, bytes=0, exact=True)
    assert (sizes[public("few")].bytes or 0) >= 8192


def test_an_old_estimate_is_not_believed_of_a_small_table(make_db: MakeDb) -> None:
    db = make_db(fill("t", 100) + "ANALYZE t; DELETE FROM t WHERE n > 3")

    assert read_sizes(db, [public("t")])[public("t")].rows == 3


@pytest.mark.parametrize("analyze", ["", "ANALYZE t"])
def test_a_large_table_is_estimated(make_db: MakeDb, analyze: str) -> None:
    rows = COUNTED_ROWS * 5
    db = make_db(fill("t", rows) + analyze)

    size = read_sizes(db, [public("t")])[public("t")]

    assert not size.exact
    assert size.rows is not None
    assert rows * 0.5 < size.rows < rows * 2


def test_a_partitioned_table_has_the_size_of_its_partitions(make_db: MakeDb) -> None:
    db = make_db(
        "CREATE TABLE p (a int) PARTITION BY RANGE (a);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);"
        "INSERT INTO p SELECT generate_series(1, 30)"
    )

    size = read_sizes(db, [public("p")])[public("p")]

    assert (size.rows, size.exact) == (30, True)
    assert (size.bytes or 0) >= 8192


def test_a_parent_has_the_size_of_all_that_inherit_from_it(make_db: MakeDb) -> None:
    """What is done to it is done to them, in one statement and under one lock."""
    conn = make_db("""
        CREATE TABLE public.parent (id int PRIMARY KEY);
        CREATE TABLE public.child (note text) INHERITS (public.parent);
        CREATE TABLE public.grandchild () INHERITS (public.child);
        CREATE TABLE public.by_two () INHERITS (public.parent, public.child);
        INSERT INTO public.grandchild SELECT n, 'x' FROM generate_series(1, 500) AS n;
        INSERT INTO public.by_two SELECT n, 'x' FROM generate_series(1, 5000) AS n;
    """)
    names = [QualifiedName("public", n) for n in ("parent", "child", "grandchild", "by_two")]
    for asked in (names, names[:1]):  # together, and one by itself
        found = read_sizes(conn, asked)[names[0]]
        alone = "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) AS t"
        each = conn.execute(alone, [[str(name) for name in names]]).fetchone()
        assert each is not None
        assert (found.rows, found.bytes) == (5500, each[0])


def test_a_table_that_is_not_there_has_no_size(make_db: MakeDb) -> None:
    assert read_sizes(make_db("CREATE VIEW v AS SELECT 1"), [public("gone"), public("v")]) == {}


def test_any_name_is_found(make_db: MakeDb) -> None:
    table = QualifiedName('odd "schema"', "Tä'ble\n%s")
    db = make_db(f"CREATE SCHEMA {str(table).split('.')[0]}; CREATE TABLE {table} (a int)")

    assert read_sizes(db, [table])[table].rows == 0


def test_a_locked_table_has_no_size_and_holds_nobody_up(make_db: MakeDb) -> None:
    db = make_db(fill("t", 7) + fill("free", 3))
    with psycopg.connect(db.info.dsn, password=db.info.password) as other:
        other.execute("LOCK TABLE t")

        sizes = read_sizes(db, [public("t"), public("free")], timeout_ms=30)

    assert sizes[public("free")].rows == 3
    # Never analyzed, and nothing may be asked of it now: unknown, not none.
    assert sizes[public("t")] == TableSize(table=public("t"))


def test_rows_that_a_policy_hides_are_unknown(make_db: MakeDb) -> None:
    """A count of what we may see would pass for a count of what is there."""
    db = make_db(
        fill("t", 7) + "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "GRANT SELECT ON t TO pg_monitor; SET ROLE pg_monitor"
    )

    size = read_sizes(db, [public("t")])[public("t")]

    assert (size.rows, size.exact) == (None, False)


def test_a_count_is_no_scan_in_the_statistics(make_db: MakeDb) -> None:
    """Else a table that only plans have looked at would be one that somebody reads."""
    db = make_db(fill("t", 50))

    with db.transaction():
        assert read_sizes(db, [public("t")])[public("t")].rows == 50
        counted = db.execute("SELECT pg_stat_get_xact_numscans('t'::regclass)").fetchone()
        db.execute("SELECT count(*) FROM t")
        scanned = db.execute("SELECT pg_stat_get_xact_numscans('t'::regclass)").fetchone()

    assert (counted, scanned) == ((0,), (1,))
