"""What another tool's suite expects to be told about a change, a plan of ours tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance import cases, hazards
from tests.conformance.databases import Workbench

pytestmark = [pytest.mark.db, pytest.mark.conformance]
MAJOR = 15  # one that every such case loads on
SAMPLE = 12


def test_expected_hazards_are_told(url_on: Callable[[int], str], seed: int, full: bool) -> None:
    """Or it is argued why not; an argument that no case needs is an error as well."""
    found = [case for case in cases.load(MAJOR) if case.expected_hazards]
    chosen = found if full else cases.sample(found, SAMPLE, seed)

    with Workbench(url_on(MAJOR)) as bench:
        reports = [hazards.told(bench, case) for case in chosen]

    print("\n".join(hazards.report(reports)))
    missed = [f"{r.case}: {r.said}" for r in reports if hazards.Found.MISSED in r.expected.values()]
    assert missed == []
    assert [r.case for r in reports if r.stale] == []


def test_every_exception_is_of_a_case_that_expects_it() -> None:
    found = {case.id: case for case in cases.load(MAJOR)}

    for one in hazards.rules().exceptions:
        assert hazards.PREFIX + one.hazard in found[one.case].expected_hazards
        assert one.says.endswith(".")
