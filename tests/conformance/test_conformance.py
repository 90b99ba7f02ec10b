"""Pairs of schemas from other tools' suites: each becomes the other, and nothing is lost.

A seeded sample; everything with --full, and `python -m tests.conformance` shows more.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance import cases, report
from tests.conformance.databases import Workbench
from tests.conformance.engines import Ours
from tests.conformance.harness import Harness, Outcome, Result

pytestmark = [pytest.mark.db, pytest.mark.conformance]
SAMPLE = 16  # cases, both ways, on each major
LEAST_IDENTICAL = 0.85  # of the directions; what a sample of any seed reaches
WORST = frozenset({Outcome.SILENT, Outcome.ROWS, Outcome.NOT_EMPTY, Outcome.CRASHED})


@pytest.fixture
def results(major: int, url_on: Callable[[int], str], seed: int, full: bool) -> list[Result]:
    pairs = cases.load(major)
    chosen = pairs if full else cases.sample(pairs, SAMPLE, seed)
    with Workbench(url_on(major)) as bench:
        harness = Harness(Ours(), bench)
        return [result for case in chosen for result in harness.run(case)]


def test_one_schema_becomes_the_other(results: list[Result]) -> None:
    """Both ways: pg_dump and a second diff find no difference, and no row is lost."""
    print("\n".join([*report.table(results), *report.reasons(results)]))

    assert [report.full(result) for result in results if result.outcome in WORST] == []
    assert [report.full(r) for r in results if r.outcome is Outcome.REFUSED and not named(r)] == []
    assert report.ratio(results) >= LEAST_IDENTICAL


def named(result: Result) -> bool:
    """Whether a refusal says which object it is about."""
    return "Left over: " in result.detail
