"""How reading, diffing and planning grow with a schema, beside pg_dump -s of the same database.

    python benchmarks/scale.py [--sizes 1000 2500 5000 10000] [--changes 500] [--rounds 3]

Reading is timed in turns with pg_dump, both on a server of their own, with two sessions over one
exported snapshot. Diff, plan and peak memory are those of a process of its own that reads
both schemas. Writes `benchmarks/scale.svg`.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import schemas
from benchmarks.introspection import connect, dump, read_in_two, timed
from benchmarks.servers import bin_folders, server
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import kinds
from migrate_core.planning.plan import build, no_facts
from migrate_core.schema.delta import Answers, DropMode
from studio.embedded import Postgres

PLAIN = Answers(drops=DropMode.PLAIN)
PLOT = Path(__file__).with_suffix(".svg")
# A schema of 10,000 tables is made in one transaction, and dumped in another.
SETTINGS = ("max_locks_per_transaction=4096", "shared_buffers=512MB", "max_wal_size=8GB")
HEADER = (
    f"{'major':>5}{'tables':>8}{'read s':>9}{'pg_dump s':>11}{'ratio':>7}"
    f"{'diff s':>8}{'plan s':>8}{'steps':>7}{'peak MB':>9}"
)


class Figures(Struct, frozen=True):
    major: int
    tables: int
    read_s: float
    dump_s: float
    diff_s: float
    plan_s: float
    steps: int
    peak_mb: float

    def line(self) -> str:
        return (
            f"{self.major:5}{self.tables:8}{self.read_s:9.2f}{self.dump_s:11.2f}"
            f"{self.read_s / self.dump_s:7.2f}{self.diff_s:8.2f}{self.plan_s:8.2f}"
            f"{self.steps:7}{self.peak_mb:9.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 2_500, 5_000, 10_000])
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--major", type=int, help="only this one")
    parser.add_argument("--compare", nargs=2, metavar="URL", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.compare:
        print(json.dumps(compared(*args.compare)))
        return
    print(HEADER)
    found = []
    for folder in bin_folders():
        with server(folder, SETTINGS) as postgres:
            if args.major in (None, postgres.major()):
                for tables in args.sizes:
                    found.append(measured(postgres, folder, tables, args.changes, args.rounds))
                    print(found[-1].line(), flush=True)
    PLOT.write_text(plot(found), encoding="utf-8")


def measured(postgres: Postgres, folder: Path, tables: int, changes: int, rounds: int) -> Figures:
    with databases(postgres, tables, changes) as (before, after):
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            seconds[0].append(timed(partial(read_in_two, before)))
            seconds[1].append(timed(partial(dump, folder, before)))
        read, dumped = map(statistics.median, seconds)
        command = [sys.executable, __file__, "--compare", before, after]
        said = json.loads(subprocess.check_output(command))
    return Figures(postgres.major(), tables, read, dumped, **said)


def compared(before_url: str, after_url: str) -> dict[str, Any]:
    """In a process that does nothing else, so that its peak is theirs."""
    kinds()  # imported once in a process
    before, after = (read_graph(connect(url)) for url in (before_url, after_url))
    began = time.perf_counter()
    operations = diff(before, after, PLAIN)
    diffed = time.perf_counter()
    plan = build(
        operations,
        before,
        migration_id="20260101_000000_benchmark",
        checksum="benchmark",
        major=before.major,
        ask=no_facts,
    )
    return {
        "diff_s": diffed - began,
        "plan_s": time.perf_counter() - diffed,
        "steps": len(plan.steps),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@contextmanager
def databases(postgres: Postgres, tables: int, changes: int) -> Iterator[tuple[str, str]]:
    names = ("before", "after")
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE before TEMPLATE template0")
        with connect(postgres.url("before")) as conn:
            schemas.create(conn, tables)
            conn.execute("VACUUM ANALYZE")  # as autovacuum would within a minute
        admin.execute(b"CREATE DATABASE after TEMPLATE before")
        with connect(postgres.url("after")) as conn:
            for statement in schemas.changes(tables, changes):
                conn.execute(statement.encode())
        try:
            yield postgres.url(names[0]), postgres.url(names[1])
        finally:
            for name in names:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


WIDTH, HEIGHT, MARGIN = 640, 400, 56
COLOURS = ("#0b6bcb", "#c2410c", "#0f766e", "#7c3aed")


def plot(found: Sequence[Figures]) -> str:
    """Seconds of reading and of pg_dump over the number of tables, as SVG."""
    series: dict[str, list[tuple[int, float]]] = {}
    for one in found:
        series.setdefault(f"read, {one.major}", []).append((one.tables, one.read_s))
        series.setdefault(f"pg_dump -s, {one.major}", []).append((one.tables, one.dump_s))
    most_x = max(x for points in series.values() for x, _ in points)
    most_y = max(y for points in series.values() for _, y in points)
    lines = [
        _curve(n, name, points, most_x, most_y) for n, (name, points) in enumerate(series.items())
    ]
    bottom, right = HEIGHT - MARGIN, WIDTH - MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<path d="M{MARGIN} {MARGIN}V{bottom}H{right}" fill="none" stroke="#666"/>\n'
        f'<text x="{right}" y="{bottom + 32}" text-anchor="end">{most_x:,} tables</text>\n'
        f'<text x="{MARGIN - 8}" y="{MARGIN}" text-anchor="end">{most_y:.1f} s</text>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


def _curve(
    number: int, name: str, points: Sequence[tuple[int, float]], most_x: int, most_y: float
) -> str:
    colour = COLOURS[number % len(COLOURS)]
    places = [
        (
            MARGIN + x / most_x * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - y / most_y * (HEIGHT - 2 * MARGIN),
        )
        for x, y in [(0, 0.0), *points]
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    label = f'<text x="{MARGIN + 16}" y="{MARGIN + 18 * number}" fill="{colour}">{name}</text>'
    return f'<polyline points="{path}" fill="none" stroke="{colour}"/>{dots}{label}'


if __name__ == "__main__":
    main()
