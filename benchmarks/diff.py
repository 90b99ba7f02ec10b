"""Times comparing and diffing two schemas of 1,000 tables that differ by 500 changes.

    python benchmarks/diff.py [--tables N] [--changes N] [--rounds N]

Both schemas are made on a private server and read from it; only pure code is timed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import schemas
from benchmarks.servers import bin_folders, server
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.schema.graph import SchemaGraph

AIM_S = 0.3
PLAIN = Answers(drops=DropMode.PLAIN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    before, after = graphs(arguments.tables, arguments.changes)
    print(f"{arguments.tables} tables, {arguments.changes} changes, seconds")
    for name, action in (
        ("fingerprint", partial(fingerprint, before)),
        ("SchemaDelta", partial(SchemaDelta, before, after, PLAIN)),
        ("diff, nothing to do", partial(diff, before, before, PLAIN)),
        ("diff", partial(diff, before, after, PLAIN)),
    ):
        print(f"{name:20} {median(action, before, after, arguments.rounds):8.3f}")
    print(f"{len(diff(before, after, PLAIN))} operations; aim for diff: {AIM_S}")


def graphs(tables: int, changes: int) -> tuple[SchemaGraph, SchemaGraph]:
    with (
        server(bin_folders()[-1]) as postgres,
        psycopg.connect(postgres.url(), autocommit=True) as conn,
    ):
        schemas.create(conn, tables)
        before = read_graph(conn)
        for statement in schemas.changes(tables, changes):
            conn.execute(statement.encode())
        return before, read_graph(conn)


def median(
    action: Callable[[], object], before: SchemaGraph, after: SchemaGraph, rounds: int
) -> float:
    """Each round starts without what an earlier one left cached in the tables."""
    taken = []
    for _ in range(rounds):
        for table in (*before.tables, *after.tables):
            table.__dict__.clear()
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
