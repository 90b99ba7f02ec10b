"""Writing the ledger without running a plan: a baseline, a keeper, a run given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core.api.gate import is_half_way
from migrate_core.api.schemas import Schemas
from migrate_core.errors import ConflictError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import advisory, ledger, record
from migrate_core.ledger.journal import Entry, Journal
from migrate_core.ledger.rows import EventKind
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.pg.ddl import ddl
from migrate_core.snapshots import store
from migrate_core.states import RunState, check

LOCK_SECONDS = 2


def adopt(
    endpoint: Endpoint, *, actor: str, schemas: Schemas = None, mac_key: bytes | None = None
) -> str:
    """Take the live schema as the baseline; gives its fingerprint.

    Raises:
        ConflictError: a run stopped half-way, so live is no schema that anybody meant.
    """
    with writing(endpoint, actor, mac_key=mac_key) as (conn, entry):
        if is_half_way(conn):
            raise ConflictError(
                "a run has stopped half-way",
                still_true="Nothing was changed.",
                hint="Resume it, undo its done steps, or close it; then adopt.",
            )
        fingerprint = store.take(entry, None, "baseline", read_graph(conn, schemas))
        entry.event(EventKind.BASELINE_TAKEN, fingerprint=fingerprint)
        return fingerprint


def manage(
    endpoint: Endpoint, *, keeper: str | None, actor: str, mac_key: bytes | None = None
) -> None:
    """Mark the target as kept by a studio, or by none: the command line then refuses it."""
    with writing(endpoint, actor, mac_key=mac_key) as (conn, entry):
        text = ddl("UPDATE {schema}._zanith_fence SET managed_by = %s", schema=SCHEMA)
        conn.execute(text.encode(), [keeper])
        entry.event(EventKind.MANAGED, by=keeper)


def close(
    endpoint: Endpoint, run_id: UUID, *, actor: str, reason: str, mac_key: bytes | None = None
) -> None:
    """Give a run up with its done steps left as they are, on the record.

    Raises:
        ConflictError: the ledger has no such run.
        IllegalTransitionError: it is over already.
    """
    with writing(endpoint, actor, run_id=run_id, mac_key=mac_key) as (conn, entry):
        run = ledger.run(conn, run_id)
        if run is None:
            raise ConflictError(
                f"the target's ledger has no run {run_id}",
                hint="zanith migrate history shows runs.",
            )
        # We hold the lock, so whoever wrote `running` is gone.
        now = RunState.LOST if run.state is RunState.RUNNING else run.state
        check(now, RunState.CLOSED)
        record.run_becomes(entry, run_id, RunState.CLOSED, reason=reason)


SCHEMA = ledger.DEFAULT_SCHEMA


@contextmanager
def writing(
    endpoint: Endpoint,
    actor: str,
    *,
    run_id: UUID | None = None,
    mac_key: bytes | None = None,
) -> Iterator[tuple[Connection[Any], Entry]]:
    """One transaction of the ledger, under the advisory lock.

    Raises:
        RunInProgressError: another session holds the lock.
    """
    with closing(apply_session(endpoint, "zanith/ledger")) as conn:
        number = advisory.take(conn, seconds=LOCK_SECONDS, sleep=time.sleep)
        try:
            ledger.ensure(conn)
            run = ledger.run(conn, run_id) if run_id else None
            journal = Journal(
                conn,
                actor=actor,
                run_id=run_id,
                migration_id=run.migration_id if run else None,
                mac_key=mac_key,
            )
            journal.take_over()
            with journal.transaction() as entry:
                yield conn, entry
        finally:
            if not conn.closed:
                advisory.unlock(conn, number)
