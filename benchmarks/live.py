"""From a step's commit to those who watch its run: readers of the stream, and a browser.

    python benchmarks/live.py [--runs 17] [--steps 20] [--watchers 50] [--pause 0]

The demo's own parts: a durable PostgreSQL, Valkey, uvicorn, a Celery worker. The worker
applies migrations of so many comments, one after the other, each as fast as it can.

An event's time is its transaction's commit, as the target itself has noted it
(track_commit_timestamp); the ledger's own `at` is earlier, the moment at which the
transaction took the fence. A reader has an event when a message with its number, or with a
later one, has arrived whole. The browser has a step when its row says done, and its pixels
after the next frame.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path

import django
import msgspec
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import HEADER, line
from benchmarks.studios import Visitor, cpu_seconds, running, servers, web
from benchmarks.watchers import Readers, browser, wait
from studio.stack import Stack
from tests.processes import StudioProcess, celery_worker

AIM_S = 0.5
PATIENCE_SECONDS = 300.0
LAST_MESSAGES_MS = 1000
# What this server notes at a commit, for the rows of one run.
EVENTS = """
SELECT seq, kind, step, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
  FROM public._zanith_events WHERE run_id = %s ORDER BY seq
"""


class Event(msgspec.Struct, frozen=True):
    """One row of the ledger."""

    seq: int
    kind: str
    step: int | None
    committed: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was noted while one run went on, in seconds."""

    events: int
    took: float
    readers: Sequence[float]  # every event's way to every reader
    changed: Sequence[float]  # every step's way to its row in the browser's page
    drawn: Sequence[float]  # and to the frame that shows it
    cpu: Mapping[str, float]
    received: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=17)
    parser.add_argument("--steps", type=int, default=20, help="of each run")
    parser.add_argument("--watchers", type=int, default=50, help="the browser is one of them")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds a step takes besides")
    given = parser.parse_args()
    with servers(["track_commit_timestamp=on"]) as stack, web(stack) as server:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
        django.setup()
        wide = importlib.import_module("benchmarks.wide")
        target = wide.make_target(stack.main, given.steps, given.pause)
        found = []
        for number in range(given.runs):
            run = wide.queue(target, given.steps, number)
            found.append(watch(stack, server, run.pk, given.watchers))
    report(found, given.steps, given.watchers)


def watch(stack: Stack, server: StudioProcess, run_id: object, watchers: int) -> Outcome:
    """Everybody watches before the worker is there to take the run."""
    path, visitor = f"/runs/{run_id}", Visitor(server.address, "dee")
    readers = Readers(server.address, f"{path}/stream", visitor, watchers - 1)
    worker = celery_worker(stack.environment(), stack.folder)
    with browser(server.address, path, visitor) as page, readers.watching():
        before = cpu_seconds(server.pid)
        with running(worker):
            wait(lambda: is_over(stack, run_id), PATIENCE_SECONDS)
            page.wait_for_timeout(LAST_MESSAGES_MS)
            cpu = {"web": cpu_seconds(server.pid) - before, "worker": cpu_seconds(worker.pid)}
        changed, drawn = page.evaluate("[window.changedDone, window.seenDone]")
    events = ledger_of(stack, run_id)
    return Outcome(
        events=len(events),
        took=events[-1].committed - events[0].committed,
        readers=[late for one in readers.all for late in to_reader(one.heard, events)],
        changed=to_page(changed, events),
        drawn=to_page(drawn, events),
        cpu=cpu,
        received=sum(reader.received for reader in readers.all),
    )


def is_over(stack: Stack, run_id: object) -> bool:
    with psycopg.connect(stack.environment()["DATABASE_URL"]) as conn:
        row = conn.execute("SELECT state FROM studio_run WHERE id = %s", [run_id]).fetchone()
    state = str(row[0]) if row else "gone"
    if state not in ("queued", "running", "done"):
        raise SystemExit(f"the run is {state}")
    return state == "done"


def ledger_of(stack: Stack, run_id: object) -> list[Event]:
    assert stack.main is not None
    with psycopg.connect(stack.main.url("wide")) as conn:
        return [Event(*row) for row in conn.execute(EVENTS, [run_id])]


def to_reader(heard: Sequence[tuple[int, float]], events: Sequence[Event]) -> list[float]:
    """One that never came took for ever."""
    numbers = [seq for seq, _ in heard]
    found = []
    for event in events:
        place = bisect_left(numbers, event.seq)
        moment = heard[place][1] if place < len(heard) else math.inf
        found.append(moment - event.committed)
    return found


def to_page(moments: Mapping[str, float], events: Sequence[Event]) -> list[float]:
    return [
        moments.get(str(event.step), math.inf) / 1000 - event.committed
        for event in events
        if event.kind == "step_done"
    ]


def report(found: Sequence[Outcome], steps: int, watchers: int) -> None:
    took = sum(one.took for one in found)
    events = sum(one.events for one in found)
    print(f"{len(found)} runs of {steps} steps: {events} events in {took:.1f} s of running")
    print(f"{watchers} watchers of each run: {watchers - 1} readers and a browser")
    print(HEADER)
    print(line("to the readers", [late for one in found for late in one.readers]))
    print(line("to the page's row", [late for one in found for late in one.changed]))
    print(line("to the page's pixels", [late for one in found for late in one.drawn]))
    for name in found[0].cpu:
        print(f"CPU of {name}: {sum(one.cpu[name] for one in found):.1f} s")
    print(f"to the readers: {sum(one.received for one in found) / 1e6:.0f} MB")
    print(f"aim: p95 under {AIM_S * 1000:.0f} ms")


if __name__ == "__main__":
    main()
