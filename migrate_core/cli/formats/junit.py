"""JUnit XML, for the test reports of CI systems: one suite, a case for each thing looked at.

There is no standard; these are the elements and attributes that Jenkins, GitLab and GitHub's
report actions read.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from migrate_core.cli.console.output import shown
from migrate_core.cli.reports.report import Check, Report, Result, Severity

_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    name = f"zanith migrate {report.command}"
    root = Element("testsuites", name=name)
    suite = SubElement(root, "testsuite", name=name)
    properties = SubElement(suite, "properties")
    said = {"database": report.database, "verdict": report.says, "exit code": report.exit_code}
    for key, value in said.items():
        SubElement(properties, "property", name=key, value=_clean(value))
    for section, _, check in report.checks:
        _case(suite, section.name, check, report)
    if _says_nothing(report):
        verdict = Result.PASSED if report.ok else Result.FAILED
        _case(suite, report.command, Check(name=name, result=verdict, says=report.says), report)
    for element in (suite, root):
        _count(element, report)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _says_nothing(report: Report) -> bool:
    """Nothing was looked at, or nothing that was explains how it ended."""
    results = [check.result for _, _, check in report.checks]
    return not results or (not report.ok and Result.FAILED not in results)


def _case(suite: Element, of: str, check: Check, report: Report) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=_clean(of),
        name=_clean(check.name),
        time=f"{(check.elapsed_ms or 0) / 1000:.3f}",
    )
    if check.place:
        case.set("file", _clean(check.place.file))
    if check.place and check.place.line:
        case.set("line", str(check.place.line))
    words = "\n".join(f"{f.rule.code}: {f.in_words}" for f in check.findings)
    if check.result is Result.FAILED:
        errors = [f.rule.code for f in check.findings if f.severity is Severity.ERROR]
        kind = errors[0] if errors else report.command
        message = _clean(check.says or check.name).partition("\n")[0]
        failure = SubElement(case, "error" if report.error else "failure", type=kind)
        failure.set("message", message)
        failure.text = _clean("\n".join(filter(None, (check.says, check.fix, words))))
        return
    if check.result in (Result.WAITING, Result.NOT_ASKED):
        SubElement(case, "skipped", message=_clean(f"{check.result}: {check.says} {check.fix}"))
    if said := words or check.says:
        SubElement(case, "system-out").text = _clean(said)


def _count(element: Element, report: Report) -> None:
    cases = list(element.iter("testcase"))
    for name, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        element.set(name, str(sum(1 for case in cases if case.find(tag) is not None)))
    element.set("tests", str(len(cases)))
    element.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def _clean(value: object) -> str:
    """Without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", shown(str(value))).strip()
