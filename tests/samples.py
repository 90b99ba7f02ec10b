"""What of a large suite a run draws by its seed; `--full` draws all, and so does `-k`."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest

USUAL, OTHER = 1 / 2, 1 / 6  # of the cases, on the usual major and on each other one
LEFT_OUT = "not in this seed's sample; --full runs all"


def skip_unless_drawn(request: pytest.FixtureRequest, case: str, major: int) -> None:
    option = request.config.getoption
    part = USUAL if major == int(os.environ["ZANITH_TEST_MAJOR"]) else OTHER
    drawn = random.Random(f"{option('seed')} {major} {case}").random()
    if drawn >= part and not _all(request):
        pytest.skip(LEFT_OUT)


def skip_unless_chosen(request: pytest.FixtureRequest, value: str, among: Sequence[str]) -> None:
    """One of them is, of those that a suite takes long for and that hardly differ."""
    if value != random.Random(request.config.getoption("seed")).choice(among) and not _all(request):
        pytest.skip(LEFT_OUT)


def _all(request: pytest.FixtureRequest) -> bool:
    option = request.config.getoption
    return bool(option("full") or option("golden") or option("keyword"))
