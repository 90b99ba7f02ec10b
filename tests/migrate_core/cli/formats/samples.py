"""Reports made by hand: names that want to break out of every format."""

from __future__ import annotations

from collections.abc import Iterable

from migrate_core.cli.reports.report import (
    Cell,
    Check,
    Finding,
    Report,
    Result,
    Rule,
    Section,
    Severity,
    Table,
)
from migrate_core.declared.places import Place

RULE = Rule(code="drops_column_with_data", effect="It is gone.", safer="Drop it softly.")
HOSTILE = (
    "a|b",
    "`code` ``more``",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@everyone @team/x",
    "line\n::error file=x::y\r\n| not | a | row |",
    "a%b,c:d::e%0A",
    "]]><failure/>&amp;&#64;",
    "[x](javascript:alert(1)) ![y](https://example.com/z.png) https://example.com www.example.com",
    "*b* _i_ ~~s~~ $x$ #1 !1 \\| \\` --> <!-- zanith plan -->",
    "bell\x07 nul-ish\x1b[31m \u202eright\u202c \ufffe",
)


def finding(
    subject: str = "dropColumn public.users.mail",
    severity: Severity = Severity.ERROR,
    says: str = "300 rows",
    place: Place | None = None,
) -> Finding:
    return Finding(rule=RULE, severity=severity, subject=subject, says=says, place=place)


def check(
    name: str, *findings: Finding, result: Result = Result.FAILED, place: Place | None = None
) -> Check:
    return Check(
        name=name,
        result=result,
        says=f"gate 1 says {name}",
        fix="Drop it softly.",
        cells=(Cell(text="01"), Cell(text=name, code=True), Cell(text=f"{name}\n{name}")),
        findings=findings,
        place=place,
    )


def report(checks: Iterable[Check] = (), *, exit_code: int = 3, says: str = "refused") -> Report:
    table = Table(
        noun="step", title="Steps", heads=("step", "object", "reasons"), checks=tuple(checks)
    )
    return Report(
        command="plan",
        database="shop",
        says=says,
        exit_code=exit_code,
        document={},
        home="db/zanith.toml",
        sections=(Section(name="20260101_000000_first", says="1 operation", tables=(table,)),),
    )


def hostile() -> Report:
    """Every hostile name everywhere that a name may stand."""
    checks = [
        check(name, finding(name, says=name, place=place), place=place)
        for name in HOSTILE
        for place in (Place(file=f"declared/{name.strip()} ü.sql", line=7), None)
    ]
    return report(checks, says="refused: " + " ".join(HOSTILE))
