from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from migrate_core.pg.ddl import Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.verify.locks import LockObserver
from migrate_core.verify.report import RelationLock, StatementLocks

pytestmark = pytest.mark.db
Connection = psycopg.Connection[Any]
T, P, I, PART = (QualifiedName("public", name) for name in ("t", "p", "i", "part"))  # noqa: E741
AE, SRE, SUE = (
    *(LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_ROW_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE),
)
SCHEMA = (
    "CREATE TABLE p (id int PRIMARY KEY);"
    "CREATE TABLE t (id serial PRIMARY KEY, a int, b text, p int); CREATE INDEX i ON t (a);"
    "CREATE TABLE part (a int) PARTITION BY LIST (a);"
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);"
)
PLAN = Plan(migration_id="m", checksum="c", major=18, base_fingerprint="f")


@pytest.fixture
def observe(make_db: Callable[..., Connection], server_url: str) -> Callable[..., StatementLocks]:
    """observe(statement) -> what was seen of it, in a transaction unless told otherwise."""
    conn = make_db(SCHEMA)

    def second() -> Connection:
        return psycopg.connect(make_conninfo(server_url, dbname=conn.info.dbname), autocommit=True)

    def run(
        sql: str, *, inside: bool = True, first: str = "SELECT", **declared: Any
    ) -> StatementLocks:
        observer = LockObserver(PLAN, second)
        statement = Statement(sql=sql, **declared)
        if inside:
            with conn.transaction():
                conn.execute(first.encode())
                _announced(observer, conn, statement)
        else:
            _announced(observer, conn, statement)
        observer.close()
        (found,) = observer.found
        return found

    return run


def _announced(observer: LockObserver, conn: Connection, statement: Statement) -> None:
    observer.before_statement(conn, statement)
    conn.execute(statement.sql.encode())
    observer.after_statement(conn, statement)


Observe = Callable[..., StatementLocks]


def test_what_is_declared_rightly_is_no_problem(observe: Observe) -> None:
    found = observe("ALTER TABLE t ADD COLUMN c int", lock=AE, on=T)

    assert found.ok
    assert [(lock.relation, lock.mode) for lock in found.observed] == [("public.t", AE)]


TOO_MUCH: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("ALTER TABLE t ADD COLUMN c int", {"lock": SUE, "on": T}, "public.t was locked ACCESS"),
    ("ALTER TABLE t ADD COLUMN c int", {}, "declared none"),
    ("CREATE INDEX j ON t (b)", {"lock": SUE, "on": T}, "was locked SHARE, declared"),
    (
        "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p (id)",
        {"lock": SRE, "on": T},
        "public.p was locked SHARE ROW EXCLUSIVE, declared none",
    ),
    ("DROP INDEX i", {"lock": SUE, "on": T}, "ACCESS EXCLUSIVE"),
    (
        "ALTER TABLE t ADD COLUMN c float DEFAULT random()",
        {"lock": AE, "on": T},
        "public.t was rewritten, which was not declared",
    ),
    (
        'ALTER TABLE t ALTER COLUMN b TYPE text COLLATE "C"',
        {"lock": SUE, "on": T},
        "ACCESS EXCLUSIVE",
    ),
    (
        "ALTER TABLE t ADD CHECK (a > 0)",
        {"lock": AE, "on": T},
        "public.t was scanned under ACCESS EXCLUSIVE, which was not declared",
    ),
    (
        "ALTER TABLE part ADD CHECK (a > 0)",
        {"lock": AE, "on": PART},
        "public.part_1 was scanned under ACCESS EXCLUSIVE, which was not declared",
    ),
    (
        "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p",
        {"lock": SRE, "on": P, "scans": True},
        "public.t was scanned under SHARE ROW EXCLUSIVE, which was not declared",
    ),
)


@pytest.mark.parametrize(("sql", "declared", "problem"), TOO_MUCH)
def test_what_is_more_than_declared_is_a_problem(
    observe: Observe, sql: str, declared: dict[str, Any], problem: str
) -> None:
    found = observe(sql, **declared)

    assert any(problem in text for text in found.problems), found


@pytest.mark.parametrize(
    ("sql", "declared"),
    [
        ("ALTER TABLE t RENAME TO u", {"lock": AE, "on": T}),
        ("DROP TABLE t", {"lock": AE, "on": T}),
        ("ALTER INDEX i RENAME TO j", {"lock": SUE, "on": T}),
        ("ALTER INDEX i RENAME TO j", {"lock": SUE, "on": I}),
        ("ALTER TABLE part ADD COLUMN c int", {"lock": AE, "on": PART}),
        ("ALTER TABLE t ALTER COLUMN id TYPE bigint", {"lock": AE, "on": T, "rewrites": True}),
        ("CREATE TABLE n (a int PRIMARY KEY)", {}),
        ("UPDATE t SET a = 1 WHERE p IN (SELECT id FROM p)", {}),
        (
            "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p (id)",
            {"lock": SRE, "on": T, "also": ((P, SRE),), "scans": True},
        ),
        ("ALTER TABLE t ADD CHECK (a > 0)", {"lock": AE, "on": T, "scans": True}),
        ("ALTER TABLE t ADD UNIQUE (b)", {"lock": AE, "on": T, "rewrites": True}),
        ("ALTER TABLE part ADD CHECK (a > 0)", {"lock": AE, "on": PART, "scans": True}),
    ],
)
def test_what_a_declaration_covers_is_none(
    observe: Observe, sql: str, declared: dict[str, Any]
) -> None:
    assert observe(sql, **declared).problems == ()


def test_a_rewrite_is_seen_with_its_table(observe: Observe) -> None:
    found = observe("ALTER TABLE t ALTER COLUMN a TYPE bigint", lock=AE, on=T, rewrites=True)

    assert "public.t" in found.rewrote


def test_outside_a_transaction_a_second_session_watches(observe: Observe) -> None:
    found = observe(
        "CREATE INDEX CONCURRENTLY j ON t (b)", inside=False, lock=SUE, on=T, scans=True
    )

    assert found.problems == ()
    assert found.scanned == ("public.t",)
    assert found.note.startswith(("sampled from a second session", "not observable"))


def test_a_scan_outside_a_transaction_is_seen_however_short(observe: Observe) -> None:
    found = observe("CREATE INDEX CONCURRENTLY j ON t (b)", inside=False, lock=SUE, on=T)

    assert found.problems[0].startswith("public.t was scanned under SHARE UPDATE EXCLUSIVE")


def test_reading_rows_under_an_ordinary_lock_is_shown_and_no_problem(observe: Observe) -> None:
    found = observe("UPDATE t SET a = 1 WHERE b = 'x'")

    assert (found.scanned, found.problems) == (("public.t",), ())


def test_reading_rows_under_a_lock_from_before_is_a_problem(observe: Observe) -> None:
    found = observe("SELECT count(*) FROM t", first="LOCK TABLE t IN SHARE MODE")

    assert RelationLock(relation="public.t", mode=LockMode.ACCESS_SHARE) in found.observed
    assert "public.t was scanned under SHARE, which was not declared" in found.problems[0]


@pytest.mark.parametrize(
    ("sql", "declared", "remark"),
    [
        (
            "CREATE INDEX j ON t (b)",
            {"lock": AE, "on": T, "scans": True},
            "public.t was declared ACCESS EXCLUSIVE, locked SHARE",
        ),
        (
            "ALTER TABLE t ADD COLUMN c int",
            {"lock": AE, "on": T, "also": ((P, SRE),)},
            "public.p was declared SHARE ROW EXCLUSIVE, locked not at all",
        ),
        (
            "ALTER TABLE t ADD COLUMN c int",
            {"lock": AE, "on": T, "scans": True},
            "a scan was declared, none was seen",
        ),
        (
            "ALTER TABLE t ADD COLUMN c int",
            {"lock": AE, "on": T, "rewrites": True},
            "a rewrite was declared, none was seen",
        ),
    ],
)
def test_what_is_weaker_than_declared_is_remarked_on_and_no_problem(
    observe: Observe, sql: str, declared: dict[str, Any], remark: str
) -> None:
    found = observe(sql, **declared)

    assert (found.ok, found.remarks) == (True, (remark,))


def test_a_lock_held_from_before_is_not_weaker_than_declared(observe: Observe) -> None:
    found = observe("ALTER TABLE t ADD COLUMN c int", first="LOCK TABLE t", lock=AE, on=T)

    assert found.remarks == ()


def test_what_the_same_transaction_made_nobody_can_wait_for(
    make_db: Callable[..., Connection],
) -> None:
    conn = make_db(SCHEMA)
    observer = LockObserver(PLAN, lambda: conn)

    with conn.transaction():
        for sql in ("CREATE TABLE n (a int)", "ALTER TABLE n ADD CHECK (a > 0)"):
            _announced(observer, conn, Statement(sql=sql))
    with conn.transaction():
        _announced(observer, conn, Statement(sql="ALTER TABLE n ADD b int"))

    assert [bool(found.problems) for found in observer.found] == [False, False, True]
    assert [len(found.observed) for found in observer.found] == [0, 0, 1]


def test_scans_are_not_observable_where_nobody_counts(observe: Observe) -> None:
    found = observe("CREATE INDEX j ON t (b)", first="SET track_counts = off", lock=AE, on=T)

    assert found.scanned == ()
    assert found.note == "scans are not observable while track_counts is off"


def test_an_index_that_goes_concurrently_is_no_problem(observe: Observe) -> None:
    found = observe("DROP INDEX CONCURRENTLY i", inside=False, lock=SUE, on=T)

    assert found.problems == ()


def test_too_strong_a_lock_outside_a_transaction_is_a_problem_too(observe: Observe) -> None:
    sql = "DO $$ BEGIN LOCK TABLE t; PERFORM pg_sleep(0.5); END $$"

    found = observe(sql, inside=False, lock=SUE, on=T)

    assert "public.t was locked ACCESS EXCLUSIVE" in found.problems[0]


def test_a_statement_that_failed_leaves_no_watcher(
    make_db: Callable[..., Connection], server_url: str
) -> None:
    conn = make_db(SCHEMA)
    watcher = psycopg.connect(make_conninfo(server_url, dbname=conn.info.dbname), autocommit=True)
    observer = LockObserver(PLAN, lambda: watcher)

    observer.before_statement(conn, Statement(sql="SELECT 1 / 0"))
    observer.close()

    assert watcher.closed
    assert observer.found == []
