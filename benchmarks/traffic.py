"""What an application feels while its table changes: each change plainly, and as we plan it.

    python benchmarks/traffic.py [--rows 5000000] [--major N] [--only NAME]

pgbench reads and updates single rows of the table all the while, with four clients that pause
5 ms after each pair of queries. The slowest pair is shown, that pause left out, beside the
slowest while nothing changes. Every change begins with a fresh copy of one database on a
private server. Source of the plain forms: what the declared difference says, as one ALTER.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import bin_folders, server
from migrate_core.diff.diff import diff
from migrate_core.diff.expand import expanded
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import build, no_facts
from migrate_core.runner.apply import apply
from migrate_core.runner.options import Control, RunOptions
from migrate_core.schema.delta import Answers
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from studio.embedded import Postgres

ORDERS = QualifiedName("public", "orders")
SCHEMA = """
CREATE TABLE public.customers (id integer PRIMARY KEY);
CREATE TABLE public.orders (
    id integer PRIMARY KEY, customer integer, total integer, placed date NOT NULL, note text
);
CREATE INDEX orders_placed ON public.orders (placed);
"""
ROWS = """
INSERT INTO public.customers SELECT n FROM generate_series(1, 1000) AS n;
INSERT INTO public.orders
SELECT n, 1 + n % 1000, n % 500, date '2026-01-01' + n % 365, md5(n::text)
  FROM generate_series(1, {rows}) AS n;
VACUUM ANALYZE;
CHECKPOINT;
"""
SCRIPT = """
\\set id random(1, {rows})
SELECT total FROM public.orders WHERE id = :id;
UPDATE public.orders SET total = total + 1 WHERE id = :id;
\\sleep {pause} ms
"""
PAUSE_MS = 5
QUIET_S = 2.0
LOCK_TIMEOUT_MS = RunOptions().lock_timeout_ms
AIM_MS = LOCK_TIMEOUT_MS + 100


class Change(Struct, frozen=True):
    """`plain` is also what the declared schema says; `answers` are a person's."""

    name: str
    plain: str
    answers: Answers = Answers()


CHANGES = (
    Change("index", "CREATE INDEX orders_customer ON public.orders (customer)"),
    Change(
        "index replaced",
        "DROP INDEX public.orders_placed;"
        " CREATE INDEX orders_placed ON public.orders (placed, customer)",
    ),
    Change("unique", "ALTER TABLE public.orders ADD CONSTRAINT orders_key UNIQUE (id, placed)"),
    Change(
        "primary key",
        "ALTER TABLE public.orders DROP CONSTRAINT orders_pkey;"
        " ALTER TABLE public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id, placed)",
    ),
    Change("not null", "ALTER TABLE public.orders ALTER COLUMN customer SET NOT NULL"),
    Change("check", "ALTER TABLE public.orders ADD CONSTRAINT plus CHECK (total >= 0)"),
    Change(
        "foreign key",
        "ALTER TABLE public.orders ADD CONSTRAINT whose FOREIGN KEY (customer)"
        " REFERENCES public.customers",
    ),
    Change(
        "volatile default",
        "ALTER TABLE public.orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
    ),
    Change(
        "integer to bigint",
        "ALTER TABLE public.orders ALTER COLUMN customer TYPE bigint",
        Answers(expand=(Ref.of(ObjectKind.COLUMN, ORDERS, "customer"),)),
    ),
    Change("column dropped", "ALTER TABLE public.orders DROP COLUMN note"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--major", type=int, help="the newest that is here, if none is given")
    parser.add_argument("--only", default="", help="changes whose name holds this")
    args = parser.parse_args()
    folder = next(f for f in reversed(bin_folders()) if args.major in (None, major_of(f)))
    settings = ("max_wal_size=8GB", "shared_buffers=512MB")
    with server(folder, settings) as postgres:
        make(postgres, args.rows)
        print(
            f"PostgreSQL {postgres.major()}, {args.rows:,} rows; slowest pair of queries in ms,"
            f" aim {AIM_MS} (lock timeout {LOCK_TIMEOUT_MS} + 100)"
        )
        print(f"{'change':20}{'quiet':>9}{'plain':>10}{'took s':>9}{'planned':>10}{'took s':>9}")
        for change in CHANGES:
            if args.only in change.name:
                measure(postgres, folder, change, args.rows)


def major_of(folder: Path) -> int:
    said = subprocess.check_output([str(folder / "postgres"), "--version"], text=True)
    return int(said.split()[2].split(".")[0])


def make(postgres: Postgres, rows: int) -> None:
    with admin(postgres) as conn:
        conn.execute(b"CREATE DATABASE loaded TEMPLATE template0")
        conn.execute(b"CREATE DATABASE declared TEMPLATE template0")
    with psycopg.connect(postgres.url("loaded"), autocommit=True) as conn:
        conn.execute(SCHEMA)
        for statement in ROWS.format(rows=rows).split(";")[:-1]:
            conn.execute(statement.encode())


def measure(postgres: Postgres, folder: Path, change: Change, rows: int) -> None:
    quiet, plain, plain_s = felt(postgres, folder, rows, lambda url: by_psycopg(url, change))
    also, planned, planned_s = felt(
        postgres, folder, rows, lambda url: by_plan(postgres, url, change)
    )
    print(
        f"{change.name:20}{max(quiet, also):9.0f}{plain:10.0f}{plain_s:9.1f}"
        f"{planned:10.0f}{planned_s:9.1f}",
        flush=True,
    )


def felt(
    postgres: Postgres, folder: Path, rows: int, act: Callable[[str], None]
) -> tuple[float, float, float]:
    """(slowest pair in ms before, and during the change, seconds that it took)."""
    with copy_of(postgres) as url, tempfile.TemporaryDirectory() as logs:
        with traffic(folder, url, Path(logs), rows):
            time.sleep(QUIET_S)
            began = time.time()
            act(url)
            over = time.time()
            time.sleep(0.5)  # what waited is answered by now
        found = list(latencies(Path(logs)))
    quiet = max(ms for ended, ms in found if ended < began)
    during = max(ms for ended, ms in found if ended >= began)
    return quiet, during, over - began


@contextmanager
def traffic(folder: Path, url: str, logs: Path, rows: int) -> Iterator[None]:
    script = logs / "script.sql"
    script.write_text(SCRIPT.format(rows=rows, pause=PAUSE_MS))
    command = [str(folder / "pgbench"), "-n", "-c", "4", "-j", "1", "-T", "3600", "-l"]
    command += ["--log-prefix", str(logs / "log"), "-f", str(script), url]
    pgbench = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield
    finally:
        os.kill(pgbench.pid, signal.SIGALRM)  # as its own clock does when -T is over
        _, said = pgbench.communicate(timeout=60)
    if pgbench.returncode or b"abort" in said:
        raise SystemExit(said.decode())


def latencies(logs: Path) -> Iterator[tuple[float, float]]:
    """(epoch of its end, ms without the pause) of each pair."""
    for file in logs.glob("log.*"):
        for line in file.read_text().splitlines():
            _client, _number, us, _script, second, micro = line.split()[:6]
            yield int(second) + int(micro) / 1e6, int(us) / 1000 - PAUSE_MS


def by_psycopg(url: str, change: Change) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(change.plain.encode())


def by_plan(postgres: Postgres, url: str, change: Change) -> None:
    """An expansion and its contraction are two migrations, one right after the other."""
    after = declared(postgres, change)
    with psycopg.connect(url, autocommit=True) as conn:
        before = read_graph(conn)
    if change.answers.expand:
        migrations: Sequence[Sequence[Operation]] = expanded(before, after, change.answers)
    else:
        migrations = [diff(before, after, change.answers)]
    for number, operations in enumerate(migrations, start=1):
        run(url, operations, number)


def run(
    url: str, operations: Sequence[Operation], number: int, *, control: Control | None = None
) -> None:
    endpoint = Endpoint.from_url(url)
    with psycopg.connect(url, autocommit=True) as conn:
        plan = build(
            operations,
            read_graph(conn),
            migration_id=f"2026010{number}_000000_benchmark",
            checksum="benchmark",
            major=conn.info.server_version // 10_000,
            ask=no_facts,
        )
    apply(
        plan,
        connect=lambda: apply_session(endpoint, "zanith"),
        run_id=uuid4(),
        actor="benchmark",
        control=control,
    )


def declared(postgres: Postgres, change: Change) -> SchemaGraph:
    with admin(postgres) as conn:
        conn.execute(b"DROP DATABASE declared")
        conn.execute(b"CREATE DATABASE declared TEMPLATE template0")
    with psycopg.connect(postgres.url("declared"), autocommit=True) as conn:
        conn.execute(SCHEMA)
        conn.execute(change.plain.encode())
        return read_graph(conn)


@contextmanager
def copy_of(postgres: Postgres) -> Iterator[str]:
    with admin(postgres) as conn:
        conn.execute(b"CREATE DATABASE changing TEMPLATE loaded STRATEGY file_copy")
        try:
            yield postgres.url("changing")
        finally:
            conn.execute(b"DROP DATABASE changing WITH (FORCE)")


@contextmanager
def admin(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres.url(), autocommit=True) as conn:
        yield conn


if __name__ == "__main__":
    main()
