"""Random schemas become one another, both ways."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings

from tests import plugin
from tests.conformance import report
from tests.conformance.cases import Case
from tests.conformance.databases import Workbench
from tests.conformance.engines import Ours
from tests.conformance.harness import Harness, Outcome
from tests.conformance.strategies import ROLES, declarations

pytestmark = pytest.mark.db
EXAMPLES = 40  # of a session, shared by the majors that it has
MANY = 3_000  # with --full
# Refusing is no lie; everything else that is not identical is a counter-example.
ACCEPTED = frozenset({Outcome.IDENTICAL, Outcome.REFUSED})


def test_a_random_schema_becomes_another(
    major: int, url_on: Callable[[int], str], seed: int, full: bool
) -> None:
    with Workbench(url_on(major)) as bench:
        harness = Harness(Ours(), bench)

        @hypothesis.seed(seed)
        @settings(
            max_examples=(MANY if full else EXAMPLES) // len(plugin.bin_folders()),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(declarations(), declarations())
        def check(before: str, after: str) -> None:
            case = Case(
                suite="random", id="pair", before=before, after=after, loads_on=(), roles=ROLES
            )
            bad = [result for result in harness.run(case) if result.outcome not in ACCEPTED]
            assert not bad, "\n".join([*map(report.full, bad), before, "-- becomes", after])

        check()
