"""Lock pile-up: an idle transaction holds a table, and a change wants it for itself alone.

    python benchmarks/pileup.py [--rows 100000] [--major N] [--holds 8]

pgbench reads and updates rows all the while (see traffic.py). The change is made by psycopg as
one ALTER without a timeout, which everybody then queues behind, and by the runner.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import bin_folders, server
from benchmarks.traffic import LOCK_TIMEOUT_MS, Change, by_plan, by_psycopg, felt, major_of, make
from studio.embedded import Postgres

ADDED = Change("column added", "ALTER TABLE public.orders ADD COLUMN extra integer")
AIM_MS = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--major", type=int, help="the newest that is here, if none is given")
    parser.add_argument("--holds", type=float, default=8, help="seconds of the idle transaction")
    args = parser.parse_args()
    folder = next(f for f in reversed(bin_folders()) if args.major in (None, major_of(f)))
    with server(folder) as postgres:
        make(postgres, args.rows)
        print(
            f"PostgreSQL {postgres.major()}; slowest pair of queries in ms behind a transaction"
            f" that is idle for {args.holds:g} s, aim {AIM_MS} (lock timeout {LOCK_TIMEOUT_MS})"
        )
        for name, act in (("plain", plain), ("planned", planned)):
            behind = beside_an_idle_reader(args.holds, postgres, act)
            quiet, slowest, took = felt(postgres, folder, args.rows, behind)
            print(
                f"{name:10}quiet {quiet:6.0f}  slowest {slowest:8.0f}  took {took:6.1f} s",
                flush=True,
            )


def beside_an_idle_reader(
    seconds: float, postgres: Postgres, act: Callable[[Postgres, str], None]
) -> Callable[[str], None]:
    def run(url: str) -> None:
        held = threading.Event()

        def hold() -> None:
            with psycopg.connect(url) as reader:
                reader.execute("SELECT 1 FROM public.orders LIMIT 1")
                held.set()
                time.sleep(seconds)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait()
        act(postgres, url)
        holder.join()

    return run


def plain(postgres: Postgres, url: str) -> None:
    by_psycopg(url, ADDED)


def planned(postgres: Postgres, url: str) -> None:
    by_plan(postgres, url, ADDED)


if __name__ == "__main__":
    main()
