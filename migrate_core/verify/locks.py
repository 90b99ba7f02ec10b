"""What each statement of a plan really locks, rewrites and scans, seen while it is rehearsed.

A verdict that rests on a wrong lock is worth nothing, so no published table is trusted:
after each statement pg_locks is read in the same transaction, where its locks are still held.
A statement outside a transaction has let go by then; a second session watches it meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from migrate_core.pg.ddl import Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.queries import query
from migrate_core.planning.plan import Plan
from migrate_core.verify import relations
from migrate_core.verify.relations import Held, Relations, read_relations, rewritten, scanned
from migrate_core.verify.report import RelationLock, StatementLocks
from migrate_core.verify.scripts import Scripts
from migrate_core.verify.uncommitted import uncommitted
from migrate_core.verify.undeclared import Doings, names, problems, remarks, strongest

FIRST_LOOK_SECONDS = 5
AGAIN_MS = 5_000  # what was too brief to be seen does not take so long
_MODES = {mode.value.title().replace(" ", "") + "Lock": mode for mode in LockMode}


class LockObserver:
    """An observer for the runner: `found` fills as the plan is applied.

    What the same transaction made nobody else can see yet, let alone wait for: it is left out.
    """

    def __init__(
        self,
        plan: Plan,
        connect: Callable[[], psycopg.Connection[Any]],
        scripts: Scripts | None = None,
    ) -> None:
        self._scripts = scripts
        self._raw = {step.number for step in plan.steps if step.is_script}
        self._steps = {
            statement.sql: step.number
            for step in reversed(plan.steps)
            for stage in step.stages
            for statement in (*stage.statements, *stage.repair)
        }
        self._connect = connect
        self._before: Relations = {}
        self._held: Held = frozenset()
        self._transaction = ""
        self._known: frozenset[int] = frozenset()  # what was there before the transaction
        self._sampler: _Sampler | None = None
        self._began = 0.0
        self.at = 0  # the step whose statement is under way; of none where none is
        self.found: list[StatementLocks] = []

    def before_statement(self, conn: psycopg.Connection[Any], statement: Statement) -> None:
        alone = conn.info.transaction_status is TransactionStatus.IDLE
        self.at = self._steps.get(statement.sql, 0)
        if self._scripts:
            self._scripts.settle()
            if self._steps.get(statement.sql) in self._raw:
                self._scripts.begins(conn, statement)
        self._before = read_relations(conn, settled=alone)
        if alone:
            self._sampler = _Sampler(self._connect(), conn.info.backend_pid)
            self._sampler.start()
            self._began = time.monotonic()
            return
        transaction, self._held = _transaction(conn, conn.info.backend_pid)
        if transaction != self._transaction:
            self._transaction, self._known = transaction, frozenset(self._before)
        self._before = {n: one for n, one in self._before.items() if n in self._known}
        self._began = time.monotonic()

    def after_statement(self, conn: psycopg.Connection[Any], statement: Statement) -> None:
        seconds, self.at = time.monotonic() - self._began, 0
        sampler, self._sampler = self._sampler, None
        held, note = sampler.stop() if sampler else (_held(conn, conn.info.backend_pid), "")
        before, after = self._before, read_relations(conn, settled=sampler is not None)
        if sampler:
            held = _without_dead_indexes(held, before, after)
            if self._steps.get(statement.sql) in self._raw:
                held |= self._missed(statement, held, before, after)
        unseen = relations.unseen_scans(conn, before, settled=sampler is not None)
        doings = Doings(
            before=before,
            after=after,
            held=held,
            taken=held if sampler else held - self._held,
            rewrote=tuple(rewritten(before, after)),
            scanned=() if unseen else tuple(scanned(before, after)),
        )
        self.found.append(self._report(statement, doings, note, unseen, sampled=bool(sampler)))
        if self._scripts and (step := self.found[-1].step) in self._raw:
            self._scripts.over(conn, step, statement, doings, blind=unseen, seconds=seconds)

    def _missed(
        self, statement: Statement, held: Held, before: Relations, after: Relations
    ) -> Held:
        """Locks that were let go before anybody looked, on what was read or written anew.

        The statement is begun once more, where a transaction can hold it, and undone. What it
        would commit by itself it does not.
        """
        worked = {one.oid for one in (*scanned(before, after), *rewritten(before, after))}
        if not worked - {oid for oid, _ in held}:
            return frozenset()
        with closing(self._connect()) as conn:
            try:
                with conn.transaction(force_rollback=True):
                    conn.execute(f"SET LOCAL statement_timeout = {AGAIN_MS}".encode())
                    conn.execute(uncommitted(statement.sql).encode())
                    return _held(conn, conn.info.backend_pid)
            except psycopg.Error:
                return frozenset()
            finally:
                read_relations(conn, settled=True)  # its counters are no later statement's

    def _report(
        self, statement: Statement, doings: Doings, note: str, unseen: str, *, sampled: bool
    ) -> StatementLocks:
        """`unseen` is why scans were not observed, if they were not. Raw SQL declares nothing:
        it is judged by what it did."""
        is_raw = self._steps.get(statement.sql) in self._raw
        return StatementLocks(
            step=self._steps.get(statement.sql, 0),
            sql=statement.sql,
            declared=tuple(RelationLock(relation=str(n), mode=m) for n, m in statement.locks()),
            declared_rewrite=statement.rewrites,
            declared_scan=statement.scans,
            observed=tuple(_observed(doings)),
            rewrote=names(doings.rewrote),
            scanned=names(doings.scanned),
            problems=() if is_raw else tuple(problems(statement, doings)),
            remarks=tuple(remarks(statement, doings, sampled=sampled, blind=bool(unseen))),
            note="; ".join(filter(None, (note, unseen))),
        )

    @property
    def at_script(self) -> bool:
        return self.at in self._raw

    def close(self) -> None:
        """After a statement that failed, which is never announced as over."""
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None
        if self._scripts:
            self._scripts.settle()


class _Sampler:
    """Reads another backend's locks over and over, as fast as the server answers."""

    def __init__(self, conn: psycopg.Connection[Any], pid: int) -> None:
        self._conn, self._pid = conn, pid
        self._seen: set[tuple[int, LockMode]] = set()
        self._over, self._looking = threading.Event(), threading.Event()
        self._failure = ""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Returns once it looks: a statement may be over in no time."""
        self._thread.start()
        self._looking.wait(FIRST_LOOK_SECONDS)

    def stop(self) -> tuple[Held, str]:
        self._over.set()
        self._thread.join()
        self._conn.close()
        if self._failure:
            return frozenset(self._seen), f"not observable: {self._failure}"
        if not self._seen:
            return frozenset(), "not observable: it was over before it could be looked at"
        return frozenset(self._seen), "sampled from a second session"

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._seen |= _held(self._conn, self._pid)
                self._looking.set()
        except psycopg.Error as error:
            self._failure = error.diag.message_primary or "the second session was lost"


def _held(conn: psycopg.Connection[Any], pid: int) -> Held:
    return _transaction(conn, pid)[1]


def _transaction(conn: psycopg.Connection[Any], pid: int) -> tuple[str, Held]:
    """The one that a backend is in, as the server numbers it, and its locks."""
    rows = conn.execute(query(__package__, "held_locks"), {"pid": pid}, prepare=False).fetchall()
    held = frozenset((oid, _MODES[mode]) for oid, mode, _ in rows if mode in _MODES)
    return max((row[2] for row in rows), default=""), held


def _observed(doings: Doings) -> Iterator[RelationLock]:
    """One lock a relation that was there before, its strongest, in order of name."""
    found = [
        RelationLock(relation=str(doings.before[oid].qualified), mode=mode)
        for oid, mode in strongest(doings.taken).items()
        if oid in doings.before and not doings.before[oid].is_ours
    ]
    yield from sorted(found, key=lambda lock: lock.relation)


def _without_dead_indexes(taken: Held, before: Relations, after: Relations) -> Held:
    """An index that goes CONCURRENTLY is locked ACCESS EXCLUSIVE once nobody can use it any more.

    Source: PostgreSQL's index_drop(), which waits for the last user before it takes that lock.
    """
    gone = {oid for oid, one in before.items() if one.kind == "i" and oid not in after}
    exclusive = LockMode.ACCESS_EXCLUSIVE
    return frozenset((oid, mode) for oid, mode in taken if oid not in gone or mode is not exclusive)
