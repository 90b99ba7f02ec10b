"""A backfill beside one UPDATE of the whole table, and what an application feels of each.

    python benchmarks/backfill.py [--rows 2000000] [--major N] [--pace PERCENT]

Both fill a new column from another one, on a fresh copy of one database each time: first
alone, for the rate, then with pgbench on the table (see traffic.py), for the 99th percentile
of its pairs beside that of the two quiet seconds before.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import percentile
from benchmarks.servers import bin_folders, server
from benchmarks.traffic import QUIET_S, copy_of, latencies, major_of, make, run, traffic
from migrate_core.ledger.wishes import Wish
from migrate_core.operations.registry import from_builtins
from studio.embedded import Postgres

COLUMN = "ALTER TABLE public.orders ADD COLUMN filled integer"
UPDATE = "UPDATE public.orders SET filled = total WHERE filled IS NULL"
BACKFILL = {"op": "backfill", "table": "public.orders", "column": "filled", "expression": "total"}


class Pace:
    """A control that asks for nothing but a share of the time."""

    def __init__(self, percent: int) -> None:
        self.percent = percent

    def wanted(self) -> Wish | None:
        return None

    def pace(self) -> int:
        return self.percent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--major", type=int, help="the newest that is here, if none is given")
    parser.add_argument("--pace", type=int, default=100)
    args = parser.parse_args()
    folder = next(f for f in reversed(bin_folders()) if args.major in (None, major_of(f)))
    settings = ("max_wal_size=8GB", "shared_buffers=512MB", "autovacuum=off")
    with server(folder, settings) as postgres:
        make(postgres, args.rows)
        print(f"PostgreSQL {postgres.major()}, {args.rows:,} rows, pace {args.pace} %")
        print(
            f"{'':14}{'alone s':>9}{'rows/s':>10}{'busy s':>9}{'rows/s':>10}"
            f"{'p99 quiet':>11}{'p99':>8}"
        )
        single = line(postgres, folder, "one UPDATE", args.rows, update)
        ours = line(postgres, folder, "backfill", args.rows, lambda url: backfill(url, args.pace))
        print(
            f"rate of one UPDATE: {single[0] / ours[0]:.2f} alone, {single[1] / ours[1]:.2f} busy"
        )


def line(
    postgres: Postgres, folder: Path, name: str, rows: int, act: Callable[[str], None]
) -> tuple[float, float]:
    """(seconds alone, seconds with the application beside it)."""
    with copy_of(postgres) as url:
        prepare(url)
        alone = timed(act, url)
    with copy_of(postgres) as url, tempfile.TemporaryDirectory() as logs:
        prepare(url)
        with traffic(folder, url, Path(logs), rows):
            time.sleep(QUIET_S)
            began = time.time()
            busy = timed(act, url)
            over = time.time()
        found = list(latencies(Path(logs)))
    quiet = percentile([ms for ended, ms in found if ended < began], 99)
    felt = percentile([ms for ended, ms in found if began <= ended <= over], 99)
    print(
        f"{name:14}{alone:9.1f}{rows / alone:10,.0f}{busy:9.1f}{rows / busy:10,.0f}"
        f"{quiet:11.1f}{felt:8.1f}",
        flush=True,
    )
    return alone, busy


def prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(COLUMN)


def timed(act: Callable[[str], None], url: str) -> float:
    began = time.monotonic()
    act(url)
    return time.monotonic() - began


def update(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(UPDATE)


def backfill(url: str, pace: int) -> None:
    run(url, (from_builtins(BACKFILL),), 1, control=Pace(pace))


if __name__ == "__main__":
    main()
