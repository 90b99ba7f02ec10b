"""Times `manage.py demo`, from the command to the first page, first with nothing, then again.

    python benchmarks/start.py [--rounds 3]

Each round begins with an empty state folder; packages are there already. The second start
finds what the first one left. The time ends when the sign-in page has been read whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.studios import OURS, ROOT
from studio.server import temporary_folder

AIMS_S = {"first": 25.0, "second": 4.0}
PATIENCE_SECONDS = 180.0
END_SECONDS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    taken: dict[str, list[float]] = {"first": [], "second": []}
    for _ in range(arguments.rounds):
        with empty_folder() as folder:
            for seconds in taken.values():
                seconds.append(started(folder))
    for which, seconds in taken.items():
        rounds = ", ".join(f"{one:.1f}" for one in seconds)
        middle = statistics.median(seconds)
        print(f"{which:6} start: {rounds} s; median {middle:.1f} s, aim {AIMS_S[which]:.0f} s")


@contextmanager
def empty_folder() -> Iterator[Path]:
    place = temporary_folder()
    try:
        yield place / "state"
    finally:
        shutil.rmtree(place)


def started(folder: Path) -> float:
    """Seconds until the first page; the demo is then ended as Ctrl-C ends it."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)],
        env={**_environment(), "ZANITH_STATE": str(folder)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    impatient = threading.Timer(PATIENCE_SECONDS, process.kill)
    impatient.start()
    try:
        said = _until_ready(process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30) as answer:
            answer.read()
        seconds = time.perf_counter() - began
        print(f"  {said}", flush=True)
        return seconds
    finally:
        impatient.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=END_SECONDS)


def _until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if line.startswith("Ready"):
            return line.partition(". State")[0]
    raise SystemExit("the demo did not start:\n" + "".join(told))


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
