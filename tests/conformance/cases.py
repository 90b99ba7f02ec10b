"""The conformance cases: pairs of schemas from other tools' own test suites.

They are data beside the repository, read by path and never copied into it. A clone that has
no such file is told so; see tests/plugin.py.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

VARIABLE = "ZANITH_CONFORMANCE"
BESIDE = Path("..", "shared", "conformance", "cases.jsonl")  # of the repository
HINT = f"Another place is named by {VARIABLE}."
ROOT = Path(__file__).resolve().parent.parent.parent


class Case(Struct, frozen=True, kw_only=True):
    """Two schemas; each has to become the other."""

    suite: str
    id: str
    before: str = msgspec.field(name="from")
    after: str = msgspec.field(name="to")
    loads_on: tuple[int, ...]
    roles: tuple[str, ...] = ()
    expect_empty: bool = False
    expected_hazards: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.suite}/{self.id}"


def path() -> Path:
    """A relative one counts from the repository, wherever the tests were started."""
    return (ROOT / os.environ.get(VARIABLE, BESIDE)).resolve()


def load(major: int) -> tuple[Case, ...]:
    """Those whose two sides PostgreSQL of that major loads, as far as the file says."""
    lines = path().read_bytes().splitlines()
    cases = [msgspec.json.decode(line, type=Case) for line in lines if line.strip()]
    tried = {known for case in cases for known in case.loads_on}
    asked = {major} if major in tried else tried
    return tuple(case for case in cases if asked <= set(case.loads_on))


def sample(cases: Sequence[Case], size: int, seed: int) -> tuple[Case, ...]:
    """The same for the same seed, in the order of the file."""
    if size >= len(cases):
        return tuple(cases)
    chosen = random.Random(seed).sample(range(len(cases)), size)
    return tuple(cases[number] for number in sorted(chosen))
