"""Many cases on one server, by several processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache

from tests.conformance.cases import Case
from tests.conformance.databases import Workbench
from tests.conformance.engines import Engine
from tests.conformance.harness import Harness, Result

BATCH = 8  # cases that a process takes at once
# What a server needs that lives for one run.
SETTINGS = ("autovacuum=off", "max_wal_size=8GB", "checkpoint_timeout=1h", "shared_buffers=256MB")


def judged(
    url: str, cases: Sequence[Case], engine: Engine, *, jobs: int, rows: bool = True
) -> Iterator[Result]:
    """As they come; how far it is goes to standard error."""
    batches = [cases[start : start + BATCH] for start in range(0, len(cases), BATCH)]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(_judge, url, batch, engine, rows) for batch in batches]
        try:
            for number, job in enumerate(as_completed(waiting), start=1):
                print(f"\r{number}/{len(waiting)} ", end="", file=sys.stderr, flush=True)
                yield from job.result()
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupted run ends soon
    print(file=sys.stderr)


def _judge(url: str, batch: Sequence[Case], engine: Engine, rows: bool) -> list[Result]:
    harness = Harness(engine, _bench(url), with_rows=rows)
    return [result for case in batch for result in harness.run(case)]


@cache
def _bench(url: str) -> Workbench:
    """One for each process; its databases end with the server."""
    return Workbench(url)
