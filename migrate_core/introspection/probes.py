"""Asking an operation's questions of live data."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg

from migrate_core.introspection.limits import limited, rows
from migrate_core.pg.ddl import ddl, raw
from migrate_core.risk.facts import Answer, Probe

TIMEOUT_MS = 5_000
SAMPLES = 5


def ask(
    conn: psycopg.Connection[Any], probes: Iterable[Probe], *, timeout_ms: int = TIMEOUT_MS
) -> tuple[Answer, ...]:
    """An answer to each, in order; one that fails or takes too long says why.

    Raises:
        psycopg.OperationalError: the connection itself is lost.
    """
    return tuple(_answer(conn, probe, timeout_ms) for probe in probes)


def _answer(conn: psycopg.Connection[Any], probe: Probe, timeout_ms: int) -> Answer:
    started = time.monotonic()
    count, error = _count(conn, probe, timeout_ms)
    sample = _sample(conn, probe, timeout_ms) if count else ()
    return Answer(
        fact=probe.fact,
        question=probe.question,
        count=count,
        sample=sample,
        blocks=probe.blocks,
        elapsed_ms=round((time.monotonic() - started) * 1000, 3),
        error=error,
    )


def _count(conn: psycopg.Connection[Any], probe: Probe, timeout_ms: int) -> tuple[int | None, str]:
    try:
        with limited(conn, timeout_ms):
            ((count,),) = rows(conn, probe.query.encode())
            return (None, "it gave no answer") if count is None else (int(count), "")
    except psycopg.Error as error:
        if conn.closed:
            raise
        return None, _why(error, timeout_ms)


def _sample(conn: psycopg.Connection[Any], probe: Probe, timeout_ms: int) -> tuple[str, ...]:
    """A few of the rows that were counted; none where even these take too long."""
    if probe.sample is None:
        return ()
    try:
        with limited(conn, timeout_ms):
            found = rows(conn, _first(probe.sample).encode())
            return tuple("NULL" if row[0] is None else str(row[0]) for row in found)
    except psycopg.Error:
        if conn.closed:
            raise
        return ()


def _first(sample: str) -> str:
    template: LiteralString = "SELECT * FROM ({sample}) AS sample LIMIT {limit}"
    return ddl(template, sample=raw(sample), limit=raw(str(SAMPLES)))


def _why(error: psycopg.Error, timeout_ms: int) -> str:
    if isinstance(error, psycopg.errors.QueryCanceled):
        return f"it took longer than {timeout_ms} ms"
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return f"the table was locked for longer than {timeout_ms} ms"
    return error.diag.message_primary or str(error)
