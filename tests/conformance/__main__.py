"""Runs the conformance cases on private servers and says how they end.

python -m tests.conformance [--major 15] [--only TEXT] [--limit N] [--show OUTCOME]
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.servers import bin_folders, server
from tests.conformance import cases as files
from tests.conformance import report
from tests.conformance.cases import Case
from tests.conformance.databases import Workbench
from tests.conformance.engines import Ours
from tests.conformance.harness import Harness, Outcome, Result

BATCH = 8  # cases that one connection serves
SETTINGS = ("autovacuum=off", "max_wal_size=8GB", "checkpoint_timeout=1h", "shared_buffers=256MB")


def main() -> None:
    arguments = _parser().parse_args()
    started = time.monotonic()
    results = sorted(run(arguments), key=lambda r: (r.major, r.case, r.direction))
    for result in results:
        if result.outcome in arguments.show:
            print(report.full(result), end="\n\n")
    print("\n".join(report.table(results)), end="\n\n")
    print("\n".join(report.reasons(results)))
    print(f"\n{len(results)} directions in {time.monotonic() - started:.0f} s")
    if arguments.out:
        arguments.out.write_bytes(b"\n".join(map(msgspec.json.encode, results)) + b"\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--major", type=int, action="append", help="default: 15 and 18")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="cases whose suite/id holds this")
    parser.add_argument("--limit", type=int, help="so many cases, drawn by --seed")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--out", type=Path, help="every result as a JSON line")
    parser.add_argument("--no-rows", action="store_true", help="on empty tables")
    parser.add_argument("--show", action="append", default=[], choices=[*Outcome])
    return parser


def run(arguments: argparse.Namespace) -> Iterator[Result]:
    folders = {major_of(folder): folder for folder in bin_folders()}
    with ExitStack() as stack, ProcessPoolExecutor(arguments.jobs) as pool:
        jobs = []
        for major in arguments.major or (15, 18):
            postgres = stack.enter_context(server(folders[major], SETTINGS))
            chosen = [case for case in files.load(major) if arguments.only in case.name]
            if arguments.limit:
                print(f"--seed {arguments.seed}", file=sys.stderr)
                chosen = list(files.sample(chosen, arguments.limit, arguments.seed))
            for start in range(0, len(chosen), BATCH):
                batch = chosen[start : start + BATCH]
                jobs.append(pool.submit(judge, postgres.url(), batch, not arguments.no_rows))
        stack.callback(pool.shutdown, cancel_futures=True)  # an interrupted run ends soon
        for number, job in enumerate(as_completed(jobs), start=1):
            print(f"\r{number}/{len(jobs)}", end="", file=sys.stderr, flush=True)
            yield from job.result()
        print(file=sys.stderr)


def major_of(folder: Path) -> int:
    said = subprocess.check_output([str(folder / "postgres"), "--version"], text=True)
    return int(re.findall(r"\d+", said)[0])


def judge(url: str, batch: Sequence[Case], with_rows: bool) -> list[Result]:
    harness = Harness(Ours(), bench_of(url), with_rows=with_rows)
    return [result for case in batch for result in harness.run(case)]


@cache
def bench_of(url: str) -> Workbench:
    """One for each process; its databases end with the server."""
    return Workbench(url)


if __name__ == "__main__":
    main()
