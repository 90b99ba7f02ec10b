"""SARIF 2.1.0, for code scanning: a rule for each reason code, a result for each finding.

Safe reasons are no findings. Source: OASIS, "Static Analysis Results Interchange Format
(SARIF) Version 2.1.0".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from typing import Any
from urllib.parse import quote

from migrate_core.cli.console.output import shown
from migrate_core.cli.reports.documents import text_of
from migrate_core.cli.reports.report import Finding, Report, Rule, Severity
from migrate_core.declared.places import Place
from migrate_core.pg.codec import digest

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
# A finding keeps it while lines move and figures change; another way to make it is another name.
_FINGERPRINT = "zanithFinding/v1"


def render(report: Report) -> str:
    findings = () if report.error else tuple(report.findings)
    rules = {finding.rule.code: finding.rule for finding in findings}
    codes = sorted(rules)
    run = {
        "tool": {"driver": _driver([_rule(rules[code], findings) for code in codes])},
        "automationDetails": {"id": f"zanith/{report.command}/"},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": list(_results(report, findings, codes)),
        "properties": {"verdict": shown(report.says), "database": shown(report.database)},
    }
    return text_of({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": "zanith", "semanticVersion": _version(), "rules": rules}


def _version() -> str:
    try:
        return metadata.version("zanith-studio")
    except metadata.PackageNotFoundError:  # run from a checkout
        return "0.0.0"


def _rule(rule: Rule, findings: tuple[Finding, ...]) -> dict[str, Any]:
    levels = [finding.severity for finding in findings if finding.rule.code == rule.code]
    worst = max(levels, key=list(Severity).index)
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.effect},
        "fullDescription": {"text": rule.effect},
        "help": {"text": rule.safer or rule.effect},
        "defaultConfiguration": {"level": worst.value},
    }


def _results(
    report: Report, findings: tuple[Finding, ...], codes: list[str]
) -> Iterator[dict[str, Any]]:
    """GitHub takes no file in which a result is nowhere: what has no place is in zanith.toml."""
    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        of = (finding.rule.code, finding.subject)
        seen[of] += 1
        yield {
            "ruleId": finding.rule.code,
            "ruleIndex": codes.index(finding.rule.code),
            "level": finding.severity.value,
            "message": {"text": shown(f"{finding.subject}: {finding.in_words}")},
            "partialFingerprints": {_FINGERPRINT: digest([report.command, *of, seen[of]])},
            "locations": [_location(finding.place or Place(file=report.home))],
        }


def _location(place: Place) -> dict[str, Any]:
    artifact = {"uri": quote(place.file), "uriBaseId": _ROOT}
    if place.file.startswith("/"):  # outside of the repository
        artifact = {"uri": f"file://{quote(place.file)}"}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if place.line:
        physical["region"] = {"startLine": place.line}
    return {"physicalLocation": physical}


def _invocation(report: Report) -> dict[str, Any]:
    done = {"executionSuccessful": report.error is None, "exitCode": report.exit_code}
    if report.error is None:
        return done
    (finding,) = report.findings
    notification: dict[str, Any] = {
        "descriptor": {"id": finding.rule.code},
        "level": "error",
        "message": {"text": shown(str(report.error))},
    }
    if finding.place:
        notification["locations"] = [_location(finding.place)]
    return {**done, "toolExecutionNotifications": [notification]}
