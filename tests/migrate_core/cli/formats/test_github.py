from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from migrate_core.cli.formats import render
from migrate_core.cli.reports.report import Result, Severity
from migrate_core.declared.places import Place
from tests.migrate_core.cli.formats.samples import HOSTILE, check, finding, hostile, report


class Annotation(NamedTuple):
    command: str
    properties: dict[str, str]
    message: str


def read(text: str) -> list[Annotation]:
    """As the runner reads it: a line is a command up to `::`, properties are parted by commas, and
    what was escaped is put back, `%25` last."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        pairs = [pair.partition("=") for pair in match[2].split(",")]
        properties = {name: unescape(value, property=True) for name, _, value in pairs}
        found.append(Annotation(match[1], properties, unescape(match[3])))
    return found


def unescape(text: str, *, property: bool = False) -> str:
    codes = {"%0D": "\r", "%0A": "\n"} | ({"%3A": ":", "%2C": ","} if property else {})
    for code, character in codes.items():
        text = text.replace(code, character)
    return text.replace("%25", "%")


def test_a_step_is_annotated_at_its_line_with_its_reasons() -> None:
    place = Place(file="declared/a.sql", line=7)
    first, last = read(render(report([check("step 1", finding(place=place), place=place)]),
                              "github"))  # fmt: skip

    assert first.command == "error"
    assert first.properties == {
        "file": "declared/a.sql",
        "line": "7",
        "title": "zanith plan: step 1",
    }
    assert first.message == (
        "gate 1 says step 1. Drop it softly.\n"
        "drops_column_with_data: It is gone. (300 rows) What to do: Drop it softly."
    )
    assert last == Annotation("error", {"title": "zanith plan"}, "refused")


def test_what_has_no_place_has_none_and_a_file_may_have_no_line() -> None:
    checks = [check("a", finding()), check("b", finding(), place=Place(file="m.yaml"))]
    first, second, _ = read(render(report(checks), "github"))

    assert "file" not in first.properties
    assert second.properties["file"] == "m.yaml"
    assert "line" not in second.properties


def test_a_plan_that_passes_ends_in_a_notice_and_safe_steps_are_not_annotated() -> None:
    checks = [
        check("safe", result=Result.PASSED),
        check("low", finding(severity=Severity.NOTE), result=Result.PASSED),
        check("medium", finding(severity=Severity.WARNING), result=Result.PASSED),
    ]
    found = read(render(report(checks, exit_code=0, says="green"), "github"))

    assert [(one.command, one.properties["title"]) for one in found] == [
        ("warning", "zanith plan: medium"),
        ("notice", "zanith plan: low"),
        ("notice", "zanith plan"),
    ]


def test_hostile_names_stay_in_their_place() -> None:
    text = render(hostile(), "github")
    found = read(text)

    assert all(line.startswith("::") for line in text.splitlines())
    assert not any(ord(character) < 32 for character in text.replace("\n", ""))
    # Nine of the twenty, the count of the others, and the verdict.
    assert len(found) == 10
    assert found[-2].message.startswith("12 more annotations")
    assert all(set(one.properties) <= {"file", "line", "title"} for one in found)


def test_no_level_has_more_annotations_than_github_shows() -> None:
    checks = [
        check(f"{severity} {number}", finding(severity=severity))
        for severity in Severity
        for number in range(30)
    ]
    found = read(render(report(checks), "github"))
    commands = [one.command for one in found]

    assert {name: commands.count(name) for name in ("error", "warning", "notice")} == {
        "error": 10,
        "warning": 10,
        "notice": 10,
    }
    assert found[-1].message == "refused"
    assert sum(one.message.startswith(("21 more", "22 more")) for one in found) == 3


def test_exactly_as_many_as_are_shown_need_no_count() -> None:
    checks = [check(f"w {n}", finding(severity=Severity.WARNING)) for n in range(10)]

    assert "more annotation" not in render(report(checks), "github")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_read_back_as_it_is_but_for_what_cannot_be_shown(name: str) -> None:
    place = Place(file=f"{name}.sql", line=7)
    found, _ = read(render(report([check(name, finding(says=name), place=place)]), "github"))
    plain = "".join(c for c in name if c.isprintable() or c == "\n")
    shown = re.sub(r"\\x(0|1).|\\u20..|\ufffe", "", found.message)

    assert f"({plain})" in shown
    assert re.sub(r"\\x(0|1).|\\u20..|\ufffe", "", found.properties["file"]) == f"{plain}.sql"
    assert found.properties["line"] == "7"
