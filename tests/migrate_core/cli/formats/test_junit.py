from __future__ import annotations

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from migrate_core.cli.formats import render
from migrate_core.cli.reports.error import error_report
from migrate_core.cli.reports.report import Report, Result, Severity
from migrate_core.declared.places import Place
from migrate_core.errors import MigrateError
from tests.migrate_core.cli.formats.samples import HOSTILE, check, finding, hostile, report


def suite(of: Report) -> TestSuite:
    (found,) = JUnitXml.fromstring(render(of, "junit").encode())
    assert isinstance(found, TestSuite)
    return found


def cases(of: Report) -> list[TestCase]:
    return list(suite(of))


def test_there_is_one_suite_that_counts_its_cases() -> None:
    checks = [
        check("a", finding()),
        check("b", result=Result.PASSED),
        check("c", result=Result.WAITING),
        check("d", result=Result.NOT_ASKED),
    ]
    found = suite(report(checks))

    assert found.name == "zanith migrate plan"
    assert (found.tests, found.failures, found.errors, found.skipped) == (4, 1, 0, 2)
    kinds = [[type(result) for result in case.result] for case in found]
    assert kinds == [[Failure], [], [Skipped], [Skipped]]
    properties = {one.get("name"): one.get("value") for one in found._elem.iter("property")}
    assert properties == {"database": "shop", "verdict": "refused", "exit code": "3"}


def test_a_failure_carries_its_reasons_and_its_place() -> None:
    place = Place(file="declared/a.sql", line=7)
    findings = finding(), finding(severity=Severity.NOTE, says="why")
    (case,) = cases(report([check("step 1", *findings, place=place)]))
    (failure,) = case.result

    assert (case.classname, case.name) == ("20260101_000000_first", "step 1")
    assert (case._elem.get("file"), case._elem.get("line")) == ("declared/a.sql", "7")
    assert (failure.type, failure.message) == ("drops_column_with_data", "gate 1 says step 1")
    assert "It is gone. (300 rows) What to do: Drop it softly." in failure.text
    assert "(why)" in failure.text


def test_hostile_names_are_text() -> None:
    found = suite(hostile())

    assert len(list(found)) == 2 * len(HOSTILE)
    assert all(len(case.result) == 1 for case in found)
    assert "]]><failure/>&amp;&#64;" in [case.name for case in found]


def test_a_report_of_nothing_has_a_case_that_passes() -> None:
    (case,) = cases(report(exit_code=0, says="nothing is pending"))

    assert case.is_passed
    assert case.system_out == "nothing is pending"


def test_what_no_check_explains_still_fails() -> None:
    *_, case = cases(report([check("a", result=Result.PASSED)], exit_code=5, says="drift"))

    assert [type(result) for result in case.result] == [Failure]


def test_a_command_that_could_not_be_carried_out_is_an_error() -> None:
    (case,) = cases(error_report(MigrateError("no connection", hint="Start it."), "verify"))
    (error,) = case.result

    assert isinstance(error, Error)
    assert error.message == "no connection"
    assert "Start it." in error.text
