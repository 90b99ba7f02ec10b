"""What each statement of a plan really locks and rewrites, seen while it is rehearsed.

A verdict that rests on a wrong lock is worth nothing, so no published table is trusted:
after each statement pg_locks is read in the same transaction, where its locks are still held.
A statement outside a transaction has let go by then; a second session watches it meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.pq import TransactionStatus

from migrate_core.pg.ddl import Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.planning.plan import Plan
from migrate_core.verify.report import RelationLock, StatementLocks

_MODES = {mode.value.title().replace(" ", "") + "Lock": mode for mode in LockMode}
_RANK = {mode: rank for rank, mode in enumerate(LockMode)}
# What reading and writing rows takes: it makes no application wait, so it need not be declared.
_ORDINARY = LockMode.ROW_EXCLUSIVE
OURS = "_zanith_"

Held = frozenset[tuple[int, LockMode]]


class Relation(Struct, frozen=True):
    oid: int
    schema: str
    name: str
    kind: str
    filenode: int
    belongs_to: int | None

    @property
    def qualified(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)


Relations = Mapping[int, Relation]


class LockObserver:
    """An observer for the runner: `found` fills as the plan is applied."""

    def __init__(self, plan: Plan, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._steps = {
            statement.sql: step.number
            for step in reversed(plan.steps)
            for stage in step.stages
            for statement in (*stage.statements, *stage.repair)
        }
        self._connect = connect
        self._before: Relations = {}
        self._held: Held = frozenset()
        self._sampler: _Sampler | None = None
        self.found: list[StatementLocks] = []

    def before_statement(self, conn: psycopg.Connection[Any], statement: Statement) -> None:
        self._before = _relations(conn)
        if conn.info.transaction_status is TransactionStatus.IDLE:
            self._sampler = _Sampler(self._connect(), conn.info.backend_pid)
            self._sampler.start()
        else:
            self._held = _held(conn, conn.info.backend_pid)

    def after_statement(self, conn: psycopg.Connection[Any], statement: Statement) -> None:
        note = ""
        after = _relations(conn)
        if self._sampler is not None:
            taken, note = self._sampler.stop()
            taken = _without_dead_indexes(taken, self._before, after)
            self._sampler = None
        else:
            taken = _held(conn, conn.info.backend_pid) - self._held
        observed = tuple(_strongest(taken, self._before))
        rewrote = tuple(_rewritten(self._before, after))
        declared = tuple(RelationLock(relation=str(n), mode=m) for n, m in statement.locks())
        problems = (
            *_too_strong(taken, statement, self._before, after),
            *_rewrites(rewrote, statement),
        )
        self.found.append(
            StatementLocks(
                step=self._steps.get(statement.sql, 0),
                sql=statement.sql,
                declared=declared,
                observed=observed,
                rewrote=tuple(name for name, _ in rewrote),
                problems=problems,
                note=note,
            )
        )

    def close(self) -> None:
        """After a statement that failed, which is never announced as over."""
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None


class _Sampler:
    """Reads another backend's locks over and over, as fast as the server answers."""

    def __init__(self, conn: psycopg.Connection[Any], pid: int) -> None:
        self._conn, self._pid = conn, pid
        self._seen: set[tuple[int, LockMode]] = set()
        self._over = threading.Event()
        self._failure = ""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

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
        except psycopg.Error as error:
            self._failure = error.diag.message_primary or "the second session was lost"


def _relations(conn: psycopg.Connection[Any]) -> Relations:
    rows = conn.execute(query(__package__, "relations"), prepare=False).fetchall()
    return {row[0]: Relation(*row) for row in rows}


def _held(conn: psycopg.Connection[Any], pid: int) -> Held:
    rows = conn.execute(query(__package__, "held_locks"), {"pid": pid}, prepare=False).fetchall()
    return frozenset((oid, _MODES[mode]) for oid, mode in rows if mode in _MODES)


def _strongest(taken: Held, before: Relations) -> Iterator[RelationLock]:
    """One lock a relation that was there before, its strongest, in order of name."""
    strongest: dict[str, LockMode] = {}
    for oid, mode in taken:
        if oid in before and not before[oid].name.startswith(OURS):
            name = str(before[oid].qualified)
            strongest[name] = max(strongest.get(name, mode), mode, key=_RANK.__getitem__)
    for name, mode in sorted(strongest.items()):
        yield RelationLock(relation=name, mode=mode)


def _without_dead_indexes(taken: Held, before: Relations, after: Relations) -> Held:
    """An index that goes CONCURRENTLY is locked ACCESS EXCLUSIVE once nobody can use it any more.

    Source: PostgreSQL's index_drop(), which waits for the last user before it takes that lock.
    """
    return frozenset(
        (oid, mode)
        for oid, mode in taken
        if oid not in before or before[oid].kind != "i" or oid in after
    )


def _too_strong(
    taken: Held, statement: Statement, before: Relations, after: Relations
) -> Iterator[str]:
    declared = dict(statement.locks())
    for oid, mode in sorted(taken, key=lambda held: (held[0], _RANK[held[1]])):
        if oid not in before or before[oid].name.startswith(OURS):
            continue
        allowed = _allowed(oid, declared, before, after)
        if _RANK[mode] > _RANK[allowed]:
            said = allowed.value if allowed is not _ORDINARY else "none"
            name = before[oid].qualified
            yield f"{name} was locked {mode.value}, declared {said}: {statement.sql}"


def _allowed(
    oid: int, declared: Mapping[QualifiedName, LockMode], before: Relations, after: Relations
) -> LockMode:
    """The strongest mode declared on the relation, under either name, or on what it belongs to."""
    modes = [_ORDINARY]
    here: int | None = oid
    seen: set[int] = set()
    while here is not None and here not in seen:
        seen.add(here)
        for relations in (before, after):
            if here in relations:
                mode = declared.get(relations[here].qualified)
                modes += [mode] if mode else []
        known = before.get(here) or after.get(here)
        here = known.belongs_to if known else None
    return max(modes, key=_RANK.__getitem__)


def _rewritten(before: Relations, after: Relations) -> Iterator[tuple[str, str]]:
    """Name and kind of what has other files than before."""
    for oid, old in before.items():
        new = after.get(oid)
        files_changed = new is not None and new.filenode != old.filenode
        if files_changed and old.kind in "rmi" and not old.name.startswith(OURS):
            yield str(old.qualified), old.kind


def _rewrites(rewrote: tuple[tuple[str, str], ...], statement: Statement) -> Iterator[str]:
    for name, kind in rewrote:
        if kind != "i" and not statement.rewrites:
            yield f"{name} was rewritten, which was not declared: {statement.sql}"
        elif kind == "i" and not (statement.rewrites or statement.scans):
            yield f"index {name} was rebuilt, which was not declared: {statement.sql}"
