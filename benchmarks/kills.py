"""Every kind of operation cut off at its moments, and run again.

    python benchmarks/kills.py [--moments 3] [--only NAME] [--by vanish,terminate,kill,crash]
        [--major 18]

For every scenario on every PostgreSQL that is here: so many of its named moments (0 for all),
each way of cutting it off (crash: the server stops at once, and is started). Shown: how many
re-runs ended as an undisturbed run, with every step done once and no row left `running`, and how
long they took. What failed is named at once.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import percentile
from benchmarks.servers import bin_folders, server
from studio.embedded import Postgres
from tests.faults.cuts import CUTS, crash
from tests.faults.test_every_kind import check_cut_off, start, undisturbed
from tests.migrate_core.operations.cases import CASES, case_id, since

# What was committed before a crash is there after it: what a case starts from, above all.
SETTINGS = ("max_connections=100", "autovacuum=off", "synchronous_commit=on")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=3, help="of each case; 0 for all")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--by", default=",".join((*CUTS, "crash")), help="ways to cut it off")
    parser.add_argument("--major", type=int, help="of PostgreSQL alone")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    failed = 0
    print(f"{'':22}{'cases':>7}{'cuts':>8}{'converged':>11}{'resume p50 s':>14}{'p95':>8}")
    for folder in bin_folders():
        with server(folder, SETTINGS) as postgres:
            if args.major not in (None, postgres.major()):
                continue
            for way in args.by.split(","):
                failed += measure(postgres, way, args)
    raise SystemExit(bool(failed))


def measure(postgres: Postgres, way: str, args: argparse.Namespace) -> int:
    """How many did not converge."""
    cases = [c for c in CASES if since(c) <= postgres.major() and args.only in case_id(c)]
    cut = partial(crash, postgres) if way == "crash" else CUTS[way]
    took: list[float] = []
    failed = 0
    for case in cases:
        with databases(postgres) as make_db:
            expected = undisturbed(case, make_db)
        with databases(postgres) as make_db:
            started = start(case, make_db)
            template = started.db.info.dbname
            started.db.close()
            for number in chosen(len(expected.passed), args):
                try:
                    with databases(postgres, template) as copy:
                        copied = started._replace(db=copy())
                        took.append(check_cut_off(copied, number, expected, cut))
                except Exception as error:  # noqa: BLE001  # whatever it is, it is a figure here
                    failed += 1
                    name = f"{case_id(case)} at {expected.passed[number]} by {way}"
                    print(f"{postgres.major()} {name}: {str(error).splitlines()[:1]}", flush=True)
    cuts = len(took) + failed
    print(
        f"{f'PostgreSQL {postgres.major()} {way}':22}{len(cases):7}{cuts:8}{len(took):11}"
        f"{median(took):14.2f}{percentile(took, 95):8.2f}",
        flush=True,
    )
    return failed


def chosen(passed: int, args: argparse.Namespace) -> list[int]:
    """From the first at which there is a session on."""
    numbers = range(1, passed)
    if not args.moments or args.moments >= len(numbers):
        return list(numbers)
    return random.Random(args.seed).sample(numbers, args.moments)


@contextmanager
def databases(
    postgres: Postgres, template: str = "template0"
) -> Iterator[Callable[..., psycopg.Connection[Any]]]:
    """A maker of databases, which go when it is over; the server may have been away meanwhile."""
    with ExitStack() as stack:

        def make(ddl: str = "") -> psycopg.Connection[Any]:
            name = f"t_{secrets.token_hex(6)}"
            administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
            stack.callback(administer, postgres, f"DROP DATABASE {name} WITH (FORCE)")
            conn = psycopg.connect(postgres.url(name), autocommit=True)
            stack.enter_context(closing(conn))
            if ddl:
                conn.execute(ddl.encode())
            return conn

        yield make


def administer(postgres: Postgres, statement: str) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as conn:
        conn.execute(statement.encode())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    main()
