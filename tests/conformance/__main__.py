"""Runs the conformance cases on private servers and says how they end.

python -m tests.conformance [--major 15] [--only TEXT] [--limit N] [--show OUTCOME]
python -m tests.conformance --hazards [--major 15]: what plans tell of what cases expect
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import msgspec

from benchmarks.servers import server
from studio.majors import FOLDERS, bin_folders
from tests.conformance import cases as files
from tests.conformance import hazards, report
from tests.conformance.databases import Workbench
from tests.conformance.engines import Ours
from tests.conformance.harness import Outcome, Result
from tests.conformance.runs import SETTINGS, judged


def main() -> None:
    arguments = _parser().parse_args()
    started = time.monotonic()
    if arguments.hazards:
        print("\n".join(hazards.report(list(told(arguments)))))
        print(f"\n{time.monotonic() - started:.0f} s")
        return
    with arguments.out.open("wb") if arguments.out else nullcontext() as file:
        results = sorted(kept(run(arguments), file), key=lambda r: (r.major, r.case, r.direction))
    for result in results:
        if result.outcome in arguments.show:
            print(report.full(result), end="\n\n")
    print("\n".join(report.table(results)), end="\n\n")
    print("\n".join(report.reasons(results)))
    print(f"\n{len(results)} directions in {time.monotonic() - started:.0f} s")


def kept(results: Iterable[Result], file: IO[bytes] | None) -> Iterator[Result]:
    """Written as they come, so that an interrupted run leaves what it knew."""
    for result in results:
        if file:
            file.write(msgspec.json.encode(result) + b"\n")
            file.flush()
        yield result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--major", type=int, action="append", help="default: 15 and 18")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="cases whose suite/id holds this")
    parser.add_argument("--limit", type=int, help="so many cases, drawn by --seed")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--out", type=Path, help="every result as a JSON line")
    parser.add_argument("--hazards", action="store_true", help="are told, per hazard")
    parser.add_argument("--no-rows", action="store_true", help="on empty tables")
    parser.add_argument("--show", action="append", default=[], choices=[*Outcome])
    return parser


def run(arguments: argparse.Namespace) -> Iterator[Result]:
    folders = bin_folders(arguments.major or (15, 18))
    os.environ[FOLDERS] = os.pathsep.join(map(str, folders.values()))  # pg_dump is looked for there
    for major, folder in folders.items():
        chosen = [case for case in files.load(major) if arguments.only in case.name]
        if arguments.limit:
            print(f"--seed {arguments.seed}", file=sys.stderr)
            chosen = list(files.sample(chosen, arguments.limit, arguments.seed))
        with server(folder, SETTINGS) as postgres:
            yield from judged(
                postgres.url(), chosen, Ours(), jobs=arguments.jobs, rows=not arguments.no_rows
            )


def told(arguments: argparse.Namespace) -> Iterator[hazards.Report]:
    (major,) = arguments.major or (15,)
    (folder,) = bin_folders((major,)).values()
    chosen = [c for c in files.load(major) if c.expected_hazards and arguments.only in c.name]
    with server(folder, SETTINGS) as postgres, Workbench(postgres.url()) as bench:
        for case in chosen:
            yield hazards.told(bench, case)


if __name__ == "__main__":
    main()
