"""What the ledger costs: a step through the runner beside the same SQL through psql.

    python benchmarks/ledger.py [--steps 50] [--rounds 5] [--url URL]

Without a URL it starts a server of its own, with a durable disk. Both sides run the same
statements on fresh databases, in turns; the time of a round is that of its whole run, and
the cost of a step is the difference divided by the number of steps.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.runner.apply import apply
from studio.embedded import Postgres

TABLE = "CREATE TABLE public.t (id integer PRIMARY KEY)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", help="a superuser's URL; databases are made there and dropped")
    args = parser.parse_args()
    with server(args.url) as url:
        measure(url, args.steps, args.rounds)


@contextmanager
def server(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        own = Postgres(Path(folder), name="benchmark").start()
        try:
            yield own.url()
        finally:
            own.stop()


def measure(url: str, steps: int, rounds: int) -> None:
    rows: dict[str, list[float]] = {"psql": [], "ledger": [], "step by step": []}
    for _ in range(rounds):
        with database(url) as conn:
            rows["psql"].append(by_psql(conn, plan_of(conn, steps)))
        with database(url) as conn:
            whole, each = by_runner(conn, plan_of(conn, steps))
            rows["ledger"].append(whole)
            rows["step by step"].append(each)
    psql, ledger, each = (statistics.median(times) for times in rows.values())
    print(f"PostgreSQL {version(url)}, {steps} steps of ADD COLUMN, median of {rounds} rounds")
    print(f"psql, same SQL, a transaction each   {psql * 1000:8.1f} ms")
    print(f"runner, whole run                    {ledger * 1000:8.1f} ms")
    print(f"  of that its steps                  {each * 1000:8.1f} ms")
    print(f"cost a step                          {(each - psql) * 1000 / steps:8.2f} ms")
    print(f"cost a step, start and end included  {(ledger - psql) * 1000 / steps:8.2f} ms")


def by_psql(conn: Connection[Any], plan: Plan) -> float:
    psql = shutil.which("psql")
    if psql is None:
        raise SystemExit("psql is not installed")
    script = "\n".join(step.sql for step in plan.steps)
    info = conn.info
    place = {
        "PGHOST": info.host,
        "PGPORT": str(info.port),
        "PGUSER": info.user,
        "PGPASSWORD": info.password,
        "PGDATABASE": info.dbname,
    }
    began = time.perf_counter()
    subprocess.run(
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1"],
        input=script,
        text=True,
        check=True,
        env={**os.environ, **place},
    )
    return time.perf_counter() - began


def by_runner(conn: Connection[Any], plan: Plan) -> tuple[float, float]:
    """Seconds of the whole run, and of its steps alone."""
    info = conn.info
    endpoint = Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
    heard: list[float] = []
    began = time.perf_counter()
    apply(
        plan,
        connect=lambda: apply_session(endpoint, "zanith"),
        run_id=uuid4(),
        actor="benchmark",
        listener=lambda event: (
            heard.append(time.perf_counter())
            if event.kind in ("run_started", "step_done")
            else None
        ),
    )
    return time.perf_counter() - began, heard[-1] - heard[0]


def plan_of(conn: Connection[Any], steps: int) -> Plan:
    operations = [
        from_builtins(
            {
                "op": "addColumn",
                "table": "public.t",
                "column": {"name": f"c{number}", "type": "integer"},
            }
        )
        for number in range(steps)
    ]
    return build(
        operations,
        read_graph(conn),
        migration_id="20260101_000000_benchmark",
        checksum="benchmark",
        major=conn.info.server_version // 10_000,
        ask=no_facts,
    )


@contextmanager
def database(url: str) -> Iterator[Connection[Any]]:
    name = f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            with psycopg.connect(make_conninfo(url, dbname=name), autocommit=True) as conn:
                conn.execute(TABLE)
                yield conn
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def version(url: str) -> str:
    with psycopg.connect(url) as conn:
        return conn.info.parameter_status("server_version") or ""


if __name__ == "__main__":
    main()
