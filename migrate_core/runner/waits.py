"""A statement that could not have its lock: who was in the way, and when to try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

from migrate_core.errors import LockTimeoutError
from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import EventKind
from migrate_core.pg import activity
from migrate_core.pg.ddl import Stage
from migrate_core.runner.retry import CANCELLED, Tries, is_retried
from migrate_core.runner.work import CancelledError, Work

T = TypeVar("T")
MOST_BLOCKERS = 10
QUERY_CHARACTERS = 300


def wait_or_raise(
    work: Work,
    attempt: Attempt,
    number: int,
    stage: Stage,
    error: psycopg.Error,
    tries: Tries,
    *,
    queue: int = 0,
) -> None:
    """Sleeps before the next try; raises `error` again where there is none.

    `queue`: how many sessions waited behind the statement when its watch cancelled it.
    """
    if work.session.is_lost:
        raise error
    if error.sqlstate == CANCELLED and work.wish() == "cancel":
        raise CancelledError from error
    if not (is_retried(error) or (queue and error.sqlstate == CANCELLED)):
        raise error
    another = tries.use_one()
    with work.writing() as entry:
        entry.event(
            EventKind.LOCK_WAITING,
            **attempt.place,
            stage=number,
            tries=tries.count,
            of=work.options.lock_tries,
            sqlstate=error.sqlstate,
            message=error.diag.message_primary,
            queue=queue or None,
            blockers=in_the_way(work.conn, stage),
        )
    if not another:
        raise error
    work.session.sleep(tries.sleep_seconds())


def patiently(work: Work, read: Callable[[], T]) -> T:
    """Somebody may hold a table for a moment of which an expression has to be read.

    Raises:
        LockTimeoutError, LockNotAvailable: for longer than that.
    """
    tries = Tries(work.options)
    while True:
        try:
            return read()
        except (LockTimeoutError, psycopg.errors.LockNotAvailable):
            if not tries.use_one():
                raise
            work.session.sleep(tries.sleep_seconds())


def in_the_way(conn: Connection[Any], stage: Stage) -> list[dict[str, Any]]:
    """Holders of conflicting locks on the stage's relations.

    Between short tries pg_blocking_pids() sees nothing, so pg_locks is asked at once.
    """
    wanted = dict.fromkeys(lock for s in stage.statements for lock in s.locks())
    if stage.batch:
        return []  # it waits for rows, which pg_locks does not list
    found = {}
    for relation, mode in wanted:
        for holder in activity.blockers(conn, relation, mode):
            found[holder.pid, holder.mode] = {
                "pid": holder.pid,
                "relation": str(relation),
                "mode": holder.mode,
                "application_name": holder.application_name,
                "user": holder.user,
                "state": holder.state,
                "query": holder.query[:QUERY_CHARACTERS],
                "xact_seconds": round(holder.xact_seconds or 0),
                "backend_start": holder.backend_start.isoformat() if holder.backend_start else None,
            }
    return list(found.values())[:MOST_BLOCKERS]
