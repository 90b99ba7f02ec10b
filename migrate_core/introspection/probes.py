"""Asking an operation's questions of live data."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg

from migrate_core.introspection.limits import limited, rows
from migrate_core.pg.ddl import ddl, raw
from migrate_core.risk.facts import Answer, Probe

TIMEOUT_MS = 5_000
SAMPLES = 5
# Data exceptions, and rules that a value breaks: of the rows, not of the question.
_OF_VALUES = ("22", "23")
# Whatever the language of the server's messages: what it quotes may be a value.
_QUOTED = re.compile(r"[\"«»\u201c-\u201e\u2039\u203a].*[\"«»\u201c-\u201e\u2039\u203a]", re.DOTALL)


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
    count, error, fails = _count(conn, probe, timeout_ms)
    sample = _sample(conn, probe, timeout_ms) if count else ()
    return Answer(
        fact=probe.fact,
        question=probe.question,
        count=count,
        sample=sample,
        blocks=probe.blocks,
        is_needed=probe.is_needed,
        elapsed_ms=round((time.monotonic() - started) * 1000, 3),
        error=error,
        fails=fails,
    )


def _count(
    conn: psycopg.Connection[Any], probe: Probe, timeout_ms: int
) -> tuple[int | None, str, bool]:
    try:
        with limited(conn, timeout_ms):
            ((count,),) = rows(conn, probe.query.encode())
            return (None, "it gave no answer", False) if count is None else (int(count), "", False)
    except psycopg.Error as error:
        if conn.closed:
            raise
        fails = (error.sqlstate or "").startswith(_OF_VALUES)
        return None, _why(error, timeout_ms), fails


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
    said = error.diag.message_primary or str(error)
    return _QUOTED.sub('"..."', said) if (error.sqlstate or "").startswith("22") else said
