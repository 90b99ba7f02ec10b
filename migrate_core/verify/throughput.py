"""How fast the shadow goes through a table: what its rehearsals say of time is nothing, for their
tables are small.

A table of its own is filled, read, rewritten and indexed, and rolled back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg

from migrate_core.planning.plan import Plan
from migrate_core.risk.rates import MB, Rates, WorkKind

WORTH_SECONDS = 2.0  # nobody decides by what an estimate of less is
ROWS = 200_000  # some 30 MB
LIMIT_MS = 10_000
# What is read from memory goes faster than any table that does not fit there.
FASTEST_SCAN = 500 * MB
_SCHEMA = "zanith_throughput"
_TABLE = f"{_SCHEMA}.rows"
_MAKE = f"""
CREATE SCHEMA {_SCHEMA};
CREATE TABLE {_TABLE} AS
SELECT n AS id, n % 1000 AS kind, md5(n::text) AS code, repeat('x', 60) AS note
  FROM generate_series(1, {ROWS}) AS n
"""
_WORK = {
    WorkKind.SCAN: f"SELECT count(*) FROM {_TABLE} WHERE kind < 0",
    WorkKind.REWRITE: f"ALTER TABLE {_TABLE} ALTER kind TYPE bigint",
    WorkKind.BUILD: f"CREATE INDEX ON {_TABLE} (code)",
}


def is_worth(plan: Plan) -> bool:
    """Whether any step takes so long that its estimate is of use, and has assumed rates."""
    found = (step.estimate for step in plan.steps)
    return any(
        one.kind in _WORK and one.high >= WORTH_SECONDS and not one.from_history
        for one in found
        if one is not None
    )


def measure(conn: psycopg.Connection[Any]) -> Rates:
    """Bytes of table a second, of each kind of work.

    Raises:
        psycopg.Error: the shadow is so slow, or so full, that it could not be done.
    """
    with conn.transaction(force_rollback=True):
        conn.execute(f"SET LOCAL statement_timeout = {LIMIT_MS}".encode(), prepare=False)
        conn.execute(_MAKE.encode(), prepare=False)
        rates = dict(_rates(conn))
    rates[WorkKind.SCAN] = min(rates[WorkKind.SCAN], FASTEST_SCAN)
    found = {kind.value: rate for kind, rate in rates.items()}
    return msgspec.structs.replace(Rates(rehearsed=tuple(_WORK)), **found)


def _rates(conn: psycopg.Connection[Any]) -> Iterator[tuple[WorkKind, float]]:
    ((size,),) = conn.execute(
        f"SELECT pg_table_size('{_TABLE}')".encode(), prepare=False
    ).fetchall()
    for kind, text in _WORK.items():
        started = time.perf_counter()
        conn.execute(text.encode(), prepare=False)
        yield kind, size / (time.perf_counter() - started)


def in_words(rates: Rates) -> str:
    said = (f"{kind} {rates.of(kind) / MB:,.0f} MB/s" for kind in rates.rehearsed)
    return f"on a table of its own the shadow did: {', '.join(said)}"
