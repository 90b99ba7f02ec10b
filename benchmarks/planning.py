"""Times planning 100 operations on a target of 1,000 tables, and watches what it does there.

    python benchmarks/planning.py [--tables N] [--operations N] [--rounds N]

A round is what `zanith migrate plan` does in the target: its session, reading the schema, every
measurement and probe, and the judgement. Once more it runs while another session holds EXCLUSIVE
on every table: that lets nothing through but ACCESS SHARE, so a plan that wanted more would have
to wait. What the server counted of rows written in that database is read before and after.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import schemas
from benchmarks.servers import bin_folders, server
from migrate_core import api
from migrate_core.diff.diff import diff
from migrate_core.files.migration import Migration
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.plan import Plan
from migrate_core.schema.delta import Answers, DropMode

AIM_S = 1.5
DATABASE = "planned"
PLAIN = Answers(drops=DropMode.PLAIN)
TABLES = b"""
SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class AS c
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
WRITTEN = b"""
SELECT tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = %s
"""
FILL = """
INSERT INTO public.table_{n} (parent_0, field_0, field_1, field_4)
SELECT g, 'row ' || g, g, g FROM generate_series(1, 20) AS g
"""
SETTINGS = ("autovacuum=off", "max_locks_per_transaction=256")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--operations", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with (
        server(bin_folders()[-1], SETTINGS) as postgres,
        psycopg.connect(postgres.url(), autocommit=True) as admin,
    ):
        admin.execute(f"CREATE DATABASE {DATABASE}".encode())
        url = postgres.url(DATABASE)
        migration = prepared(url, arguments.tables, arguments.operations)
        endpoint = Endpoint.from_url(url)
        before = written(admin)
        taken, plan = timed(endpoint, migration, arguments.rounds)
        with exclusive(url):
            started = time.perf_counter()
            watched = api.plan(endpoint, migration)
            locked = time.perf_counter() - started
        started = time.perf_counter()
        api.found(endpoint)
        reading = time.perf_counter() - started
        started = time.process_time()
        api.plan(endpoint, migration)
        used = time.process_time() - started
        after = written(admin)
    show(plan, taken)
    print(f"reading the schema alone: {reading:.2f} s; our own processor time: {used:.2f} s")
    unknown = [a for step in watched.steps for a in step.facts.answers if a.count is None]
    print(f"beside EXCLUSIVE on every table: {locked:.2f} s, {len(unknown)} probes unanswered")
    print(f"rows written in the database while it was planned: {after - before}")


def prepared(url: str, tables: int, operations: int) -> Migration:
    """A database with rows in every table, and the first of many changes to it."""
    with psycopg.connect(url, autocommit=True) as conn:
        schemas.create(conn, tables)
        conn.execute("SET session_replication_role = replica")
        with conn.transaction():
            for number in range(tables):
                conn.execute(FILL.format(n=number).encode())
        found = read_graph(conn)
        with conn.transaction(force_rollback=True):
            for statement in schemas.changes(tables, 2 * operations):
                conn.execute(statement.encode())
            wanted = read_graph(conn)
    changes = diff(found, wanted, PLAIN)
    # As many of each kind as there are of it among all.
    chosen = changes[:: max(1, len(changes) // operations)][:operations]
    return Migration(id="20260101_000000_many", operations=chosen)


def timed(endpoint: Endpoint, migration: Migration, rounds: int) -> tuple[list[float], Plan]:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        plan = api.plan(endpoint, migration)
        taken.append(time.perf_counter() - started)
    return taken, plan


@contextmanager
def exclusive(url: str) -> Iterator[None]:
    with psycopg.connect(url) as conn:
        ((tables,),) = conn.execute(TABLES).fetchall()
        conn.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE".encode())
        yield
        conn.rollback()


def written(admin: psycopg.Connection[Any]) -> int:
    """Once every session of the database has ended, and said what it counted."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    while admin.execute(busy, [DATABASE]).fetchone() != (0,):
        time.sleep(0.05)
    admin.execute("SELECT pg_stat_clear_snapshot()")
    ((count,),) = admin.execute(WRITTEN, [DATABASE]).fetchall()
    return int(count)


def show(plan: Plan, taken: list[float]) -> None:
    answers = [answer for step in plan.steps for answer in step.facts.answers]
    print(f"{len(plan.steps)} operations; rounds: {', '.join(f'{s:.2f}' for s in taken)} s")
    print(f"median: {statistics.median(taken):.2f} s; aim: under {AIM_S} s")
    print(f"of which {len(answers)} probes: {sum(a.elapsed_ms for a in answers):.0f} ms")
    for step in plan.steps:
        for answer in step.facts.answers:
            print(f"  {answer.elapsed_ms:7.1f} ms  {step.kind} {step.label}: {answer.question}")


if __name__ == "__main__":
    main()
