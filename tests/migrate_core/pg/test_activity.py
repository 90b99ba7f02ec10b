from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import product

import psycopg
import pytest
from psycopg import Connection

from migrate_core.pg.activity import blockers, conflicting, queue_behind
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

            assert refused is (held in conflicting(wanted)), (held, wanted)


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


def test_lists_who_waits_behind_a_backend(make_db: Callable[..., Connection]) -> None:
    db = make_db(TABLE)
    with again(db, "migration") as holder, again(db, "shop") as waiter:
        holder.execute("LOCK TABLE users")
        waiting = waiter.info.backend_pid
        thread = threading.Thread(target=waiter.execute, args=["SELECT count(*) FROM users"])
        thread.start()
        while not ((queue := queue_behind(db, holder.info.backend_pid)) and queue[0].query):
            assert thread.is_alive()
        holder.rollback()
        thread.join()

    assert [(each.pid, each.application_name) for each in queue] == [(waiting, "shop")]
    assert queue[0].query == "SELECT count(*) FROM users"
    assert queue_behind(db, db.info.backend_pid) == ()
