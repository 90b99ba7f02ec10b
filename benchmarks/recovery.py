"""What keeping costs, and what an export of what is kept takes.

    python benchmarks/recovery.py [--rows 5000000] [--only archive|export|studio]

Archive: a table and a column of it are archived with their checksums by the runner, beside a
bare CREATE TABLE AS of the same table. Export: the command line writes every row of a parked
table to a file; memory is the highest that its process had (VmHWM). Studio: the page's link
streams a parked column of the demo, its table filled with as many rows, from the web process.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import psycopg
from psycopg import Connection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import bin_folders, server
from benchmarks.studios import ROOT, Visitor, servers, web
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import build, no_facts
from migrate_core.runner.apply import apply

AIM_RATIO = 3.0
AIM_MB = 100
MB = 1024 * 1024
FORMATS = ("csv", "json", "jsonl")
TABLE = "CREATE TABLE public.orders (id int PRIMARY KEY, total numeric, placed date, note text)"
ROWS = """
INSERT INTO public.orders
SELECT n, n / 3.0, date '2026-01-01' + n % 365, md5(n::text) FROM generate_series(1, {rows}) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", choices=["archive", "export", "studio"])
    args = parser.parse_args()
    wanted = [args.only] if args.only else ["archive", "export", "studio"]
    print(f"{args.rows:,} rows, load {os.getloadavg()[0]:.1f}")
    if {"archive", "export"} & set(wanted):
        with filled(args.rows) as conn:
            if "archive" in wanted:
                archive(conn)
            if "export" in wanted:
                export(conn)
    if "studio" in wanted:
        studio(args.rows)


@contextmanager
def filled(rows: int) -> Iterator[Connection[Any]]:
    with (
        server(bin_folders()[-1], ("max_wal_size=8GB",)) as postgres,
        psycopg.connect(postgres.url(), autocommit=True) as conn,
    ):
        conn.execute(TABLE)
        conn.execute(ROWS.format(rows=rows).encode())
        conn.execute("VACUUM ANALYZE public.orders")
        print(f"PostgreSQL {conn.info.parameter_status('server_version')}")
        yield conn


def archive(conn: Connection[Any]) -> None:
    bare = timed(conn, "CREATE TABLE public.bare AS SELECT * FROM public.orders")
    conn.execute("DROP TABLE public.bare")
    print(f"bare CREATE TABLE AS                {bare:8.1f} s")
    column = {"op": "archiveColumn", "table": "public.orders", "column": "note"}
    shown("archiveColumn, copy with checksum  ", run(conn, column), bare)
    table = {"op": "archiveTable", "name": "public.orders"}
    shown("archiveTable, moved with checksum  ", run(conn, table), bare)


def shown(name: str, seconds: float, bare: float) -> None:
    over = "" if seconds <= AIM_RATIO * bare else "  over the aim"
    print(f"{name} {seconds:8.1f} s {seconds / bare:6.2f} x{over}")


def timed(conn: Connection[Any], text: str) -> float:
    began = time.perf_counter()
    conn.execute(text.encode())
    return time.perf_counter() - began


def run(conn: Connection[Any], operation: dict[str, Any]) -> float:
    """Seconds of the run's own step, from running to done."""
    info = conn.info
    endpoint = Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
    plan = build(
        [from_builtins(operation)],
        read_graph(conn),
        migration_id=f"20260101_000000_{uuid4().hex[:8]}",
        checksum="benchmark",
        major=info.server_version // 10_000,
        ask=no_facts,
    )
    heard: dict[str, float] = {}
    apply(
        plan,
        connect=lambda: apply_session(endpoint, "zanith"),
        run_id=uuid4(),
        actor="benchmark",
        listener=lambda event: heard.setdefault(str(event.kind), time.perf_counter()),  # type: ignore[arg-type,return-value]  # what it gives is not looked at
    )
    return heard["step_done"] - heard["step_running"]


def export(conn: Connection[Any]) -> None:
    """Of the table that archive() left, or of one that is parked now."""
    there = conn.execute("SELECT to_regclass('public.orders') IS NOT NULL").fetchone()
    if there and there[0]:
        run(conn, {"op": "softDropTable", "name": "public.orders"})
    info = conn.info
    url = f"postgresql://{quote(info.user)}:{quote(info.password, safe='')}@/{info.dbname}"
    url += f"?host={quote(info.host, safe='')}&port={info.port}"
    for form in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows"
            command = [sys.executable, "-m", "migrate_core.cli", "recover", "export", "orders"]
            command += ["--database", url, "--format", form, "--out", str(file)]
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
            peak = 0
            while process.poll() is None:
                peak = max(peak, high_water(process.pid))
                time.sleep(0.1)
            told(f"export {form}", began, peak, file.stat().st_size, process.returncode == 0)


def told(name: str, began: float, peak: int, size: int, fine: bool) -> None:
    seconds = time.perf_counter() - began
    verdict = "" if fine and peak < AIM_MB * MB else "  over the aim" if fine else "  FAILED"
    print(
        f"{name:24}{seconds:8.1f} s {size / MB:8.0f} MB written, peak {peak / MB:.0f} MB{verdict}"
    )


def high_water(pid: int) -> int:
    """Bytes; 0 for a process that has just ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(r"VmHWM:\s+(\d+) kB", text)
    return int(match[1]) * 1024 if match else 0


def studio(rows: int) -> None:
    """The web process's own memory: before the first export, and its peak after all of them."""
    with servers() as stack, web(stack) as process:
        visitor = Visitor(process.address, "dee")
        link = re.search(r'"(/recovery/\d+)"', visitor.get("/recovery").text)
        if link is None:
            raise SystemExit("the demo has no artifact")
        fill(stack, visitor.get(link[1]).text, rows)
        before = high_water(process.pid)
        print(f"web process before      {before / MB:8.0f} MB")
        for form in FORMATS:
            began = time.perf_counter()
            size = download(process.address, f"{link[1]}/export/{form}", visitor.cookie)
            peak = high_water(process.pid) - before
            told(f"studio {form}, added", began, peak, size, fine=size > rows)


def fill(stack: Any, page: str, rows: int) -> None:
    """Rows for the table whose column is parked, in the story's own database."""
    raise NotImplementedError


def download(address: str, path: str, cookie: str) -> int:
    parts = urlsplit(address)
    conn = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=600)
    conn.request("GET", path, headers={"Cookie": cookie})
    reply = conn.getresponse()
    size = 0
    while block := reply.read(MB):
        size += len(block)
    conn.close()
    return size


if __name__ == "__main__":
    main()
