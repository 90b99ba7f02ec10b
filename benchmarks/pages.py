"""Times the first useful pages against uvicorn with the demo's stories.

    python benchmarks/pages.py [--requests 100] [--as dee]

One person, one open connection, one request after the other, the pages in turns; what is
timed is from the request's first byte to the answer's last. Each page is asked for twice
before it counts.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import HEADER, line, percentile
from benchmarks.studios import Visitor, servers, web

AIM_S = 0.150
WARM_UPS = 2
PLAIN = ("stories", "changes", "runs", "recovery", "history", "targets", "generate")
# The first of each that a list links to.
LINKED = {
    "change": ("/changes", r'"(/changes/\d+)"'),
    "run": ("/runs", r'"(/runs/[0-9a-f-]{36})"'),
    "artifact": ("/recovery", r'"(/recovery/\d+)"'),
    "evidence": ("/history", r'"(/history/[0-9a-f-]{36})"'),
    "target": ("/targets", r'"(/targets/\d+)"'),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--as", dest="person", default="dee")
    arguments = parser.parse_args()
    with servers() as stack, web(stack) as server:
        visitor = Visitor(server.address, arguments.person)
        taken = measure(visitor, addresses(visitor), arguments.requests)
    print(HEADER)
    for name, seconds in taken.items():
        late = "" if percentile(seconds, 95) < AIM_S else "  over the aim"
        print(line(name, seconds) + late)
    print(f"aim: p95 under {AIM_S * 1000:.0f} ms")


def addresses(visitor: Visitor) -> dict[str, str]:
    found = {name: f"/{name}" for name in PLAIN}
    for name, (page, pattern) in LINKED.items():
        link = re.search(pattern, visitor.get(page).text)
        if link is None:
            raise SystemExit(f"{page} links to no {name}")
        found[name] = link[1]
    return found


def measure(visitor: Visitor, pages: dict[str, str], requests: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(-WARM_UPS, requests):
        for name, path in pages.items():
            seconds = timed(visitor, path)
            if number >= 0:
                taken[name].append(seconds)
    return taken


def timed(visitor: Visitor, path: str) -> float:
    started = time.perf_counter()
    reply = visitor.get(path)
    seconds = time.perf_counter() - started
    if reply.status != 200:
        raise SystemExit(f"{path} answered {reply.status}")
    return seconds


if __name__ == "__main__":
    main()
