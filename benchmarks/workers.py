"""A Celery worker killed in the middle of an apply, again and again: when is its run going on?

    python benchmarks/workers.py [--kills 30] [--workers 2] [--steps 20] [--pause 0.1] [--seed 7]

The demo's own parts: a durable PostgreSQL, Valkey, uvicorn, the reconciler, and Celery workers
that are started again when they end, as the supervisor does. Each run is hit once by SIGKILL at
a random moment: every other time the process that works on it, else the whole worker. With
one worker the second case waits for it to start again.

`told` is the time until the run's page, fetched every 50 ms, no longer says that the dead
worker is alive; `taken up` until another process has the run, or it is done. At the end each
step is on the record as done once, and nothing is left running.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import django
import msgspec
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import HEADER, line
from benchmarks.studios import Visitor, running, servers, web
from studio.stack import Stack
from tests.processes import StudioProcess, celery_worker, reconciler

AIM_S = 10.0
LOOK_SECONDS = 0.05
RESTART_SECONDS = 0.5  # the supervisor's first pause
PATIENCE_SECONDS = 120.0
RUN = "SELECT state, worker FROM studio_run WHERE id = %s"
DONE_TWICE = """
SELECT count(*) FROM (
    SELECT 1 FROM public._zanith_migration_steps
     WHERE status = 'done' GROUP BY run_id, step HAVING count(*) > 1) AS twice
"""
LEFT = "SELECT count(*) FROM public._zanith_migration_steps WHERE status = 'running'"


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds since the SIGKILL."""

    whole: bool  # the whole worker, not the one process
    told: float
    taken_up: float
    done: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20, help="of each run")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds a step takes besides")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    moments = random.Random(given.seed)
    with servers() as stack, web(stack) as server:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
        django.setup()
        wide = importlib.import_module("benchmarks.wide")
        target = wide.make_target(stack.main, given.steps, given.pause)
        workers = [worker_of(stack, number) for number in range(given.workers)]
        keeper = reconciler(stack.environment(), stack.folder)
        found = []
        with running(*workers, keeper):
            for number in range(given.kills):
                run = wide.queue(target, given.steps, number)
                at = moments.uniform(0, given.steps * given.pause)
                visitor = Visitor(server.address, "dee")
                found.append(hit(stack, visitor, workers, run.pk, at, whole=bool(number % 2)))
                print(msgspec.structs.asdict(found[-1]), flush=True)
        report(found, stack)


def worker_of(stack: Stack, number: int) -> StudioProcess:
    folder = stack.folder / f"worker-{number}"
    folder.mkdir()
    return celery_worker(stack.environment(), folder)


def hit(
    stack: Stack,
    visitor: Visitor,
    workers: Sequence[StudioProcess],
    run_id: Any,
    at: float,
    *,
    whole: bool,
) -> Kill:
    """Kills once, then only looks."""
    with psycopg.connect(stack.environment()["DATABASE_URL"], autocommit=True) as conn:

        def now() -> tuple[str, str]:
            row = conn.execute(RUN, [run_id]).fetchone()
            assert row is not None
            return str(row[0]), str(row[1])

        until(lambda: now()[0] == "running")
        time.sleep(at)
        first = now()[1]
        began = time.monotonic()
        with restarting(workers, first, whole=whole):
            told = until(lambda: not says_alive(visitor, run_id, first)) - began
            taken = until(lambda: now()[0] == "done" or now()[1] not in ("", first)) - began
            done = until(lambda: now()[0] == "done") - began
    return Kill(whole=whole, told=told, taken_up=taken, done=done)


@contextmanager
def restarting(workers: Sequence[StudioProcess], name: str, *, whole: bool) -> Iterator[None]:
    """As the supervisor starts it again; a pool starts its children again by itself."""
    child = int(name.rpartition(":")[2])
    if not whole:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        yield
        return
    worker = next(worker for worker in workers if worker.pid == os.getpgid(child))
    worker.kill()
    time.sleep(RESTART_SECONDS)
    worker.start(wait=False)  # in this thread: it ends with the one that started it
    yield


def says_alive(visitor: Visitor, run_id: Any, worker: str) -> bool:
    page = visitor.get(f"/runs/{run_id}/board").text
    return f"worker {worker}, alive" in page


def until(holds: Callable[[], bool]) -> float:
    """The moment at which it held."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > give_up:
            raise SystemExit("it never came")
        time.sleep(LOOK_SECONDS)
    return time.monotonic()


def report(found: list[Kill], stack: Stack) -> None:
    assert stack.main is not None
    with psycopg.connect(stack.main.url("wide")) as conn:
        twice, left = (conn.execute(text).fetchone() for text in (DONE_TWICE, LEFT))
    print(HEADER)
    for whole in (False, True):
        some = [one for one in found if one.whole is whole]
        if some:
            what = "whole worker" if whole else "one process"
            print(line(f"{what}: told", [one.told for one in some]))
            print(line(f"{what}: taken up", [one.taken_up for one in some]))
            print(line(f"{what}: done", [one.done for one in some]))
    late = sum(max(one.told, one.taken_up) > AIM_S for one in found)
    print(f"{len(found)} kills; told or taken up later than {AIM_S:.0f} s: {late}")
    print(f"steps done twice: {twice and twice[0]}; rows left running: {left and left[0]}")


if __name__ == "__main__":
    main()
