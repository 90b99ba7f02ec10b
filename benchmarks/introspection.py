"""Times read_graph() against pg_dump -s, side by side on one server.

    python benchmarks/introspection.py [--tables N] [--rounds N] [--major N]

Every read opens connections of its own, so no catalog cache is warm; `two` reads with a
second session. It starts private servers of every PostgreSQL that this machine has.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import schemas
from benchmarks.servers import bin_folders, server
from migrate_core.introspection.graph import read_graph

AIM = 0.8
DATABASE = "benchmark"
HEADER = "major   one session   two sessions   pg_dump -s   ratio one   ratio two"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--major", type=int, help="only this one")
    arguments = parser.parse_args()
    print(f"{arguments.tables} tables, medians of {arguments.rounds} in seconds, aim {AIM} x")
    print(HEADER)
    for folder in bin_folders():
        with server(folder) as postgres:
            if arguments.major in (None, postgres.major()):
                with database(postgres.url(), postgres.url(DATABASE), arguments.tables) as target:
                    measure(postgres.major(), folder, target, arguments.rounds)


def measure(major: int, folder: Path, target: str, rounds: int) -> None:
    """Taking turns, so that a busy machine slows all alike."""
    actions = (partial(read, target), partial(read_in_two, target), partial(dump, folder, target))
    seconds: list[list[float]] = [[], [], []]
    for _ in range(rounds):
        for taken, action in zip(seconds, actions, strict=True):
            taken.append(timed(action))
    one, two, dumped = (statistics.median(taken) for taken in seconds)
    print(
        f"{major:5}   {one:11.3f}   {two:12.3f}   {dumped:10.3f}"
        f"   {one / dumped:9.2f}   {two / dumped:9.2f}"
    )


def connect(target: str) -> psycopg.Connection:
    return psycopg.connect(target, autocommit=True)


def read(target: str) -> None:
    with connect(target) as conn:
        read_graph(conn)


def read_in_two(target: str) -> None:
    with connect(target) as conn:
        read_graph(conn, more=partial(connect, target))


def dump(folder: Path, target: str) -> None:
    command = [str(folder / "pg_dump"), "-s", "-d", target]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


@contextmanager
def database(url: str, target: str, tables: int) -> Iterator[str]:
    with connect(url) as conn:
        conn.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
    with connect(target) as conn:
        schemas.create(conn, tables)
        conn.execute("VACUUM ANALYZE")  # as autovacuum would within a minute
    yield target


if __name__ == "__main__":
    main()
