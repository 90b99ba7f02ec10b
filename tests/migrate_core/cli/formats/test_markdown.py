from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from markdown_it import MarkdownIt

from migrate_core.cli.formats import render
from migrate_core.cli.formats.markdown import LIMIT
from migrate_core.cli.reports.error import error_report
from migrate_core.cli.reports.report import Cell, Check, Report, Result, Section, Table
from migrate_core.errors import MigrateError
from tests.migrate_core.cli.formats.samples import HOSTILE, check, finding, hostile, report

OURS = {"h2", "h3", "h4", "p", "strong", "code", "br", "pre"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Page(HTMLParser):
    """The page as a browser sees it: which elements, and the text of each cell."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.comments: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.is_cell = False
        renderer = MarkdownIt("commonmark", {"html": True, "linkify": False})
        self.feed(renderer.enable(["table", "strikethrough"]).render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.is_cell = True
        elif tag == "br" and self.is_cell:
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        self.is_cell = self.is_cell and tag not in ("td", "th")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.is_cell:
            self.rows[-1][-1] += data


def page(of: Report) -> Page:
    return Page(render(of, "markdown"))


def test_the_verdict_comes_first_behind_the_hidden_marker() -> None:
    lines = render(report([check("a", finding())]), "markdown").splitlines()

    assert lines[0] == "<!-- zanith plan -->"
    assert lines[1] == "## zanith plan on <code>shop</code>: not ok, exit code 3"
    assert lines[3] == "**refused**"


def test_a_check_is_a_row() -> None:
    found = page(report([check("public.users"), check("public.orders")]))

    assert found.rows[0] == ["step", "object", "reasons"]
    assert found.rows[1] == ["01", "public.users", "public.users\npublic.users"]
    assert found.rows[2][1] == "public.orders"


def test_names_make_no_markup_no_html_no_mention_and_no_link() -> None:
    found = page(hostile())

    assert found.tags <= OURS
    assert found.attributes == []
    assert found.comments == [" zanith plan "]
    assert not re.search(r"@\w|#\d|!\d|://|www\.", found.text)
    assert [len(row) for row in found.rows] == [3] * (1 + 2 * len(HOSTILE))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_read_as_it_is(name: str) -> None:
    found = page(report([check(name)]))
    plain = "".join(c for c in name if c.isprintable() or c == "\n")
    shown = re.sub(r"\\x..|\\u....|[\u200b\ufffe]", "", found.rows[1][1])

    assert shown.split() == plain.split()


def test_a_difference_of_dumps_is_shown_as_it_is() -> None:
    text = "-a\n+<b>\n</pre>**x**\n\n# no heading"
    section = Section(name="m", says="", text=text)
    found = page(msgspec.structs.replace(report(), sections=(section,)))

    assert found.tags <= OURS
    assert text in found.text


def test_an_error_is_told_with_its_hint() -> None:
    found = page(error_report(MigrateError("no connection", hint="Start it."), "plan"))

    assert "could not be carried out: no connection" in found.text
    assert "HINT: Start it." in found.text


def long(name: str = "n" * 200, count: int = 1500) -> Report:
    """More steps than a comment holds, the last of them refused, and gates behind them."""
    steps = [check(f"{name}{n}", result=Result.PASSED) for n in range(count)] + [check("refused")]
    gate = Check(name="g", result=Result.FAILED, cells=(Cell(text="the gate"),))
    tables = (
        Table(noun="step", title="Steps", heads=("", "", ""), checks=tuple(steps)),
        Table(noun="gate", title="Gates", heads=("gate",), checks=(gate,)),
    )
    section = Section(name="m", says="much", tables=tables, text="x" * LIMIT)
    return msgspec.structs.replace(report(), sections=(section,))


@pytest.mark.parametrize("name", ["n" * 200, "ü|" * 100, "\U0001f600" * 100])
def test_a_comment_is_never_longer_than_github_takes(name: str) -> None:
    text = render(long(name), "markdown")

    assert LIMIT - 2_000 < len(text.encode()) <= LIMIT


def test_what_is_left_out_is_counted_and_what_explains_a_refusal_stays() -> None:
    found = page(long())
    rows = [row for row in found.rows if row[0] == "01"]
    (left,) = re.findall(r"([\d,]+) steps left out", found.text)

    assert len(rows) + int(left.replace(",", "")) == 1501
    assert rows[-1][1] == "refused"
    assert ["the gate"] in found.rows
    assert "1 difference of two dumps left out" in found.text


def test_one_long_cell_does_not_take_the_room_of_all() -> None:
    text = render(report([check("x" * LIMIT), check("short")]), "markdown")

    assert "short" in text
    assert len(text) < 10_000
    assert "…" in text
