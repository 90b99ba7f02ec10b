"""Making the world fail at the n-th named moment of a run."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from migrate_core.runner import faults

Act = Callable[[], None]
Moment = tuple[str, int | None]


class Vanished(BaseException):
    """The process is gone: nothing after this line of it ever runs."""


class Sessions:
    """Opens sessions, and knows the one that the run uses now."""

    def __init__(self, connect: Callable[[], Connection[Any]]) -> None:
        self._connect = connect
        self.opened: list[Connection[Any]] = []

    def __call__(self) -> Connection[Any]:
        self.opened.append(self._connect())
        return self.opened[-1]

    def vanish(self) -> None:
        """As after SIGKILL: sockets close, nothing is said, nothing more is written."""
        for conn in self.opened:
            if not conn.closed:
                with socket.socket(fileno=os.dup(conn.fileno())) as ours:
                    ours.shutdown(socket.SHUT_RDWR)
        raise Vanished

    def terminate(self, admin: Connection[Any]) -> Act:
        """As an administrator does it: pg_terminate_backend, and its end waited for."""

        def act() -> None:
            pid = self.opened[-1].info.backend_pid
            admin.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

        return act


@contextmanager
def armed(action: faults.Action) -> Iterator[None]:
    faults.arm(action)
    try:
        yield
    finally:
        faults.disarm()


@contextmanager
def traced() -> Iterator[list[Moment]]:
    """Every moment that a run passes, in order."""
    passed: list[Moment] = []
    with armed(lambda name, step: passed.append((name, step))):
        yield passed


@contextmanager
def at_moment(number: int, act: Act) -> Iterator[list[Moment]]:
    """`act` at the n-th moment (from 0), once; gives the moments passed."""
    passed: list[Moment] = []

    def action(name: str, step: int | None) -> None:
        passed.append((name, step))
        if len(passed) == number + 1:
            act()

    with armed(action):
        yield passed


def leftovers(conn: Connection[Any]) -> list[tuple[Any, ...]]:
    """Everything in the catalog but the ledger: what two runs of one plan leave equal."""
    with psycopg.ClientCursor(conn) as cursor:
        return cursor.execute(CATALOG).fetchall()


CATALOG = """
WITH relations AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
       AND c.relname !~ '^_zanith_(fence|runs|migrations|steps|graphs|schema|migration|artifacts|'
                        'checkpoints|events)'
)
SELECT 'relation', name, relkind::text FROM relations
UNION ALL
SELECT 'column', r.name || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || a.attnotnull
  FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid
 WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', r.name || '.' || k.conname, k.convalidated::text
  FROM relations AS r JOIN pg_constraint AS k ON k.conrelid = r.oid
UNION ALL
SELECT 'index', r.name, i.indisvalid::text
  FROM relations AS r JOIN pg_index AS i ON i.indexrelid = r.oid
 ORDER BY 1, 2, 3
"""
