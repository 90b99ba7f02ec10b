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
from migrate_core.verify.report import StatementLocks

pytestmark = pytest.mark.db
Connection = psycopg.Connection[Any]
T, P, I = (QualifiedName("public", name) for name in ("t", "p", "i"))  # noqa: E741
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

    def run(sql: str, *, inside: bool = True, **declared: Any) -> StatementLocks:
        observer = LockObserver(PLAN, second)
        statement = Statement(sql=sql, **declared)
        if inside:
            with conn.transaction():
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


@pytest.mark.parametrize(
    ("sql", "declared", "problem"),
    [
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
    ],
)
def test_what_is_stronger_than_declared_is_a_problem(
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
        ("ALTER TABLE part ADD COLUMN c int", {"lock": AE, "on": QualifiedName("public", "part")}),
        ("ALTER TABLE t ALTER COLUMN id TYPE bigint", {"lock": AE, "on": T, "rewrites": True}),
        ("CREATE TABLE n (a int PRIMARY KEY)", {}),
        ("UPDATE t SET a = 1 WHERE p IN (SELECT id FROM p)", {}),
        (
            "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p (id)",
            {"lock": SRE, "on": T, "also": ((P, SRE),)},
        ),
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
    found = observe("CREATE INDEX CONCURRENTLY j ON t (b)", inside=False, lock=SUE, on=T)

    assert found.problems == ()
    assert found.note.startswith(("sampled from a second session", "not observable"))


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
