from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import product

import psycopg
import pytest
from psycopg import Connection

from migrate_core.pg.activity import blockers, queue_behind
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName

pytestmark = pytest.mark.db
USERS = QualifiedName("public", "users")
TABLE = "CREATE TABLE public.users (a int)"


def again(db: Connection, name: str = "other") -> Connection:
    return psycopg.connect(db.info.dsn, password=db.info.password, application_name=name)


def test_the_server_agrees_which_modes_conflict(
    make_db_on: Callable[..., Connection], major: int
) -> None:
    db = make_db_on(major, TABLE)
    with again(db) as other:
        for held, wanted in product(LockMode, LockMode):
            other.execute(f"LOCK TABLE users IN {held} MODE".encode())
            try:
                with db.transaction():
                    db.execute(f"LOCK TABLE users IN {wanted} MODE NOWAIT".encode())
                refused = False
            except psycopg.errors.LockNotAvailable:
                refused = True
            other.rollback()

            assert refused is (held in wanted.conflicts), (held, wanted)


def test_names_who_holds_a_lock_in_our_way(
    make_db_on: Callable[..., Connection], major: int
) -> None:
    db = make_db_on(major, TABLE)
    with again(db, "reporting") as reader:
        pid = reader.info.backend_pid
        reader.execute("SELECT count(*) FROM users")

        (holder,) = blockers(db, USERS, LockMode.ACCESS_EXCLUSIVE)

        assert blockers(db, USERS, LockMode.SHARE) == ()
    assert holder.pid == pid
    assert (holder.mode, holder.application_name) == ("ACCESS SHARE", "reporting")
    assert (holder.user, holder.state) == (db.info.user, "idle in transaction")
    assert holder.kind == "client backend"
    assert holder.query == "SELECT count(*) FROM users"
    assert holder.backend_start is not None
    assert holder.xact_seconds is not None


def test_what_a_serializable_transaction_has_read_is_no_lock(
    make_db: Callable[..., Connection],
) -> None:
    db = make_db(TABLE)
    with again(db) as reader:
        reader.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        reader.execute("SELECT count(*) FROM users")

        found = blockers(db, USERS, LockMode.ACCESS_EXCLUSIVE)

        modes = db.execute("SELECT mode FROM pg_locks WHERE relation = 'users'::regclass")
        assert ("SIReadLock",) in modes.fetchall()
    assert [holder.mode for holder in found] == ["ACCESS SHARE"]


def test_our_own_locks_and_other_relations_are_in_nobody_s_way(
    make_db: Callable[..., Connection],
) -> None:
    db = make_db(TABLE + "; CREATE TABLE public.others (a int)")
    with again(db) as other, db.transaction():
        other.execute("LOCK TABLE others")
        db.execute("LOCK TABLE users")

        assert blockers(db, USERS, LockMode.ACCESS_EXCLUSIVE) == ()


def test_a_prepared_transaction_holds_locks_without_a_backend(
    make_db: Callable[..., Connection],
) -> None:
    db = make_db(TABLE)
    with again(db) as other:
        other.execute("LOCK TABLE users; PREPARE TRANSACTION 'forgotten'")

    (holder,) = blockers(db, USERS, LockMode.ACCESS_SHARE)
    db.execute("ROLLBACK PREPARED 'forgotten'")

    assert (holder.pid, holder.kind) == (None, "prepared transaction")
    assert (holder.query, holder.mode) == ("forgotten", "ACCESS EXCLUSIVE")


def test_counts_who_queues_behind_a_backend_that_waits(make_db: Callable[..., Connection]) -> None:
    """A reader keeps a lock waiting, and who comes then waits for that lock, not for the reader."""
    db = make_db(TABLE)
    with again(db, "reader") as reader, again(db, "migration") as ours, again(db, "shop") as shop:
        reader.execute("SELECT count(*) FROM users")
        wanting = threading.Thread(target=ours.execute, args=["LOCK TABLE users"])
        coming = threading.Thread(target=shop.execute, args=["SELECT count(*) FROM users"])
        wanting.start()
        until(db, ours)
        alone = queue_behind(db, ours.info.backend_pid)
        coming.start()
        until(db, shop)
        queued = queue_behind(db, ours.info.backend_pid)
        reader.rollback()
        wanting.join()
        holding = queue_behind(db, ours.info.backend_pid)
        ours.rollback()
        coming.join()

    assert (alone, queued, holding) == (0, 1, 0)


def until(db: Connection, waiting: Connection) -> None:
    """It waits for a lock."""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s"
    while db.execute(asked, [waiting.info.backend_pid]).fetchone() == (0,):
        db.execute("SELECT pg_sleep(0.01)")
