from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

from migrate_core.cli.formats import render
from migrate_core.cli.reports.error import error_report
from migrate_core.cli.reports.report import Report, Severity
from migrate_core.declared.places import Place
from migrate_core.errors import DeclaredError
from tests.migrate_core.cli.formats.samples import HOSTILE, RULE, check, finding, hostile, report
from tests.published import SARIF, published

SCHEMA = Draft7Validator(published(SARIF))


def run(of: Report) -> dict[str, Any]:
    document = json.loads(render(of, "sarif"))
    SCHEMA.validate(document)
    (found,) = document["runs"]
    return dict(found)


def fingerprint(of: Report) -> list[str]:
    return [one["partialFingerprints"]["zanithFinding/v1"] for one in run(of)["results"]]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    with pytest.raises(ValidationError):
        SCHEMA.validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_every_report_is_sarif() -> None:
    error = DeclaredError("bad", file="a.sql", line=3)

    assert len(run(hostile())["results"]) == 2 * len(HOSTILE)
    assert run(report())["results"] == []
    assert run(error_report(error, "plan", Place(file="a.sql", line=3)))["results"] == []


def test_a_rule_is_a_reason_code_and_a_result_points_at_its_line() -> None:
    place = Place(file="db/my schema/ü.sql", line=7)
    found = run(report([check("x", finding(place=place), finding(severity=Severity.NOTE))]))
    (rule,) = found["tool"]["driver"]["rules"]
    first, second = found["results"]

    assert rule["id"] == RULE.code
    assert (rule["shortDescription"]["text"], rule["help"]["text"]) == (RULE.effect, RULE.safer)
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == (RULE.code, 0, "error")
    assert second["level"] == "note"
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "db/my%20schema/%C3%BC.sql", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert second["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "db/zanith.toml", "uriBaseId": "%SRCROOT%"}
    }


def test_a_fingerprint_stays_when_lines_and_figures_change_and_is_each_findings_own() -> None:
    one = report([check("x", finding(says="300 rows", place=Place(file="a.sql", line=7)))])
    moved = report([check("y", finding(says="400 rows", place=Place(file="b.sql", line=9)))])
    twice = report([check("x", finding(), finding()), check("y", finding("dropColumn x.y"))])

    assert fingerprint(one) == fingerprint(moved)
    assert fingerprint(twice)[0] == fingerprint(one)[0]
    assert len(set(fingerprint(twice))) == 3


def test_an_error_is_a_notification_with_its_place_and_not_a_clean_result() -> None:
    error = DeclaredError("type x does not exist", file="a.sql", line=3, hint="Make it.")
    (invocation,) = run(error_report(error, "plan", Place(file="db/a.sql", line=3)))["invocations"]
    (told,) = invocation["toolExecutionNotifications"]

    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    assert told["descriptor"]["id"] == "declared_schema"
    assert "HINT: Make it." in told["message"]["text"]
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
