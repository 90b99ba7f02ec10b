"""What one statement locks, rewrites and scans, measured without a line of the engine.

Inside a transaction pg_locks and the transaction's own counters still tell it all afterwards.
Outside of one the statement is stopped on its way, by locks that the test holds, and looked at
there; its scans are in the server's counters once those of a session that came later are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from tests.locks.table import LETTERS, Case, Take, Takes

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]
MODES = {mode.value.title().replace(" ", "") + "Lock": mode for mode in LETTERS.values()}
STRENGTH = list(LETTERS.values())
# TOAST goes with its table.
RELATIONS = b"""
    SELECT c.oid::int8,
           CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
           c.relfilenode::int8
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.oid >= 16384 AND n.nspname NOT IN ('pg_toast', 'marks', 'information_schema')
"""
LOCKS = b"SELECT relation::int8, mode FROM pg_locks WHERE locktype = 'relation' AND pid = %s"
TABLES = b" FROM pg_class WHERE relkind IN ('r', 'm', 'p') AND oid >= 16384"
SCANS_HERE = b"SELECT oid::int8, pg_stat_get_xact_numscans(oid)" + TABLES
SCANS = b"SELECT oid::int8, pg_stat_get_numscans(oid)" + TABLES
MARK = b"SELECT pg_stat_get_numscans('marks.scanned'::regclass)"
STOPPED = b"SELECT FROM pg_locks WHERE pid = %s AND NOT granted AND %s = ANY (pg_blocking_pids(%s))"
DELAYED = b"SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'VacuumDelay'"
GONE = b"SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
PATIENCE_SECONDS = 20

Files = dict[int, tuple[str, int]]  # oid -> name and file
Lock = tuple[int, str]


def prepare(db: Connection, connect: Connect, setup: str) -> None:
    """In a session of its own, so that nothing it counted arrives later as the statement's."""
    with connect() as conn:
        conn.execute(setup.encode())
        pid = conn.info.backend_pid
    wait_for(db, GONE, [pid])


def measure(db: Connection, case: Case, connect: Connect) -> Takes:
    return measure_alone(db, case, connect) if case.alone else measure_inside(db, case)


def measure_inside(db: Connection, case: Case) -> Takes:
    """In a transaction that is then rolled back."""
    before = files(db)
    with db.transaction(force_rollback=True):
        if case.session:
            db.execute(case.session.encode())
        scans = counts(db, SCANS_HERE)
        db.execute(case.sql.encode())
        held = locks(db, db.info.backend_pid)
        return takes(before, files(db), held, grown(scans, counts(db, SCANS_HERE)))


def measure_alone(db: Connection, case: Case, connect: Connect) -> Takes:
    """Outside of a transaction, in another session, which `db` looks at."""
    before, scans = files(db), settled_scans(db, connect)
    held: set[Lock] = set()
    with connect() as runner:
        pid = runner.info.backend_pid
        for _ in stopped(db, runner, case, connect):
            held |= locks(db, pid)
    wait_for(db, GONE, [pid])
    return takes(before, files(db), held, grown(scans, settled_scans(db, connect)))


def stopped(db: Connection, runner: Connection, case: Case, connect: Connect) -> Iterator[None]:
    """Runs the statement, and yields whenever it stands still."""
    if case.session:
        runner.execute(case.session.encode())
    pid = runner.info.backend_pid
    with ExitStack() as stack:
        holders = [stack.enter_context(holding(connect, sql)) for sql in case.stops]
        with running(runner, case.sql):
            if not holders:
                wait_for(db, DELAYED, [pid])
                yield
            for holder in holders:
                wait_for(db, STOPPED, [pid, holder.info.backend_pid, pid])
                yield
                holder.rollback()


@contextmanager
def holding(connect: Connect, sql: str) -> Iterator[Connection]:
    """A session whose transaction holds what the statement takes."""
    with connect() as holder:
        holder.autocommit = False
        holder.execute(sql.encode())
        yield holder


@contextmanager
def running(runner: Connection, sql: str) -> Iterator[None]:
    failures: list[psycopg.Error] = []

    def work() -> None:
        try:
            runner.execute(sql.encode())
        except psycopg.Error as error:
            failures.append(error)

    job = threading.Thread(target=work)
    job.start()
    yield
    job.join(PATIENCE_SECONDS)
    assert not job.is_alive()
    assert failures == []


def files(db: Connection) -> Files:
    return {oid: (name, node) for oid, name, node in db.execute(RELATIONS)}


def counts(db: Connection, sql: bytes) -> dict[int, int]:
    return dict(db.execute(sql).fetchall())


def grown(before: dict[int, int], after: dict[int, int]) -> set[int]:
    return {oid for oid in before if after.get(oid, 0) > before[oid]}


def locks(db: Connection, pid: int) -> set[Lock]:
    """Granted, or asked for."""
    return {(oid, mode) for oid, mode in db.execute(LOCKS, [pid])}


def settled_scans(db: Connection, connect: Connect) -> dict[int, int]:
    """The server's counters, once a session that came after all others is in them."""
    ((marked,),) = db.execute(MARK)
    with connect() as marker:
        marker.execute("SELECT FROM marks.scanned")
    wait_for(db, MARK + b" > %s", [marked], lambda row: row[0])
    return counts(db, SCANS)


def wait_for(
    db: Connection, sql: bytes, values: list[int], good: Callable[[Any], bool] = lambda row: True
) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not any(good(row) for row in db.execute(sql, values)):
        assert time.monotonic() < limit, sql
        time.sleep(0.01)


def takes(before: Files, after: Files, held: Iterable[Lock], scanned: set[int]) -> Takes:
    """By the name each relation had before; what was not there before nobody can wait for.

    ALTER TYPE makes an index anew under its name, with the old one's file where that will do.
    """
    named = dict(after.values())
    modes: dict[int, list[str]] = {}
    for oid, mode in held:
        modes.setdefault(oid, []).append(mode)
    found = {}
    for oid, (name, node) in before.items():
        taken = [MODES[mode] for mode in modes.get(oid, ())]
        strongest = max(taken, key=STRENGTH.index) if taken else None
        (_, now) = after.get(oid) or (name, named.get(name, node))
        take = Take(strongest, now != node, oid in scanned)
        if take != Take():
            found[name] = take
    return found
