"""Workflow commands of GitHub Actions: annotations on the lines of the declared SQL.

One annotation for each step, gate or object. GitHub shows ten of each level of one step of a
job and drops the others in silence, so the rest is counted in the last of them.
Source: GitHub documentation, "Workflow commands" and "Limits" of annotations.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.cli.console.output import plural, shown
from migrate_core.cli.reports.report import Check, Report, Severity
from migrate_core.declared.places import Place

_SHOWN = 10
_LENGTH = 4000
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    title = f"zanith {report.command}"
    ending = Severity.NOTE if report.ok else Severity.ERROR
    lines: list[str] = []
    for severity in reversed(Severity):
        found = [
            check
            for _, _, check in report.checks
            if check.is_annotated and check.severity is severity
        ]
        room = _SHOWN - (severity is ending)
        shown_ones = found if len(found) <= room else found[: room - 1]
        lines += [_annotation(check, severity, title) for check in shown_ones]
        if left := len(found) - len(shown_ones):
            text = f"{plural(left, 'more annotation')} of this level; the report has all of them."
            lines.append(command(severity, text, title=title))
    lines.append(command(ending, report.says, title=title))
    return "\n".join(lines) + "\n"


def _annotation(check: Check, severity: Severity, title: str) -> str:
    return command(severity, "\n".join(_lines(check)), title=f"{title}: {check.name}",
                   place=check.place)  # fmt: skip


def _lines(check: Check) -> Iterator[str]:
    gates = f"{check.says}. {check.fix}".strip()
    words = [finding.in_words for finding in check.findings]
    if check.says and check.says not in "\n".join(words):
        yield gates
    for finding, said in zip(check.findings, words, strict=True):
        yield f"{finding.rule.code}: {said}"


def command(severity: Severity, text: str, *, title: str, place: Place | None = None) -> str:
    """One workflow command, escaped as GitHub reads it."""
    properties = {"file": place.file if place else "", "line": place.line if place else None}
    properties |= {"title": " ".join(title.split())}
    said = ",".join(
        f"{name}={shown(str(value)).translate(_PROPERTY)}"
        for name, value in properties.items()
        if value
    )
    if len(text) > _LENGTH:
        text = text[: _LENGTH - 1] + "…"
    return f"::{_COMMANDS[severity]} {said}::{shown(text).translate(_DATA)}"
