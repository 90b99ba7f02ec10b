"""Markdown, for a comment on a pull or merge request: the verdict first, then why.

Whatever comes from a database is inert: no markup, no HTML, nobody mentioned, nothing linked.
A comment that would be too long loses rows, the least telling ones first, and says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from migrate_core.cli.console.output import plural, shown
from migrate_core.cli.reports.report import Cell, Report, Result, Section, Table

# What GitHub takes for one comment. It counts characters; bytes are never fewer.
LIMIT = 65_536
_CELL = 1_000  # characters of one cell
_NOTE = 120  # bytes kept for each "more left out"
_MARKUP = {ord(c): f"&#{ord(c)};" for c in "\\`*_[]<>|~&$"}
# A zero-width space behind what would mention, refer or link: `@name`, `#1`, `!1`, a URL.
_JOINED = re.compile(r"[@#!~%$^&](?=[\w\"])|:(?=//)|(?i:www)(?=\.)")
_APART = "\u200b"


class _Line(msgspec.Struct):
    text: str
    rank: int  # 0 stays longest
    noun: str = ""  # what is left out where it is
    is_note: bool = False


def marker(command: str) -> str:
    """The hidden first line, by which a comment is found again."""
    return f"<!-- zanith {command} -->"


def render(report: Report) -> str:
    ends = "ok" if report.ok else f"not ok, exit code {report.exit_code}"
    on = f" on {_code(report.database)}" if report.database else ""
    lines = [
        _Line(marker(report.command), 0),
        _Line(f"## zanith {report.command}{on}: {ends}\n", 0),
        _Line(f"**{_text(report.says)}**\n", 0),
    ]
    for section in report.sections:
        lines += _section(section)
    if report.next:
        lines.append(_Line(f"Next: {_text(report.next)}\n", 0))
    return "\n".join(_fitted(lines)).rstrip("\n") + "\n"


def _section(section: Section) -> Iterator[_Line]:
    yield _Line(f"### {_code(section.name)}\n", 1)
    if section.says:
        yield _Line(f"{_text(section.says)}\n", 1)
    for table in section.tables:
        if table.heads:
            yield from _table(table)
    if section.text:
        block = _text(section.text, lines=True)
        yield _Line(f"<pre>{block}</pre>\n", 4, "difference of two dumps")
        yield _Line("", 4, is_note=True)


def _table(table: Table) -> Iterator[_Line]:
    """Rows that explain a refusal stay longest, then those of short tables."""
    yield _Line(f"#### {table.title}\n", 1)
    yield _Line(_row(table.heads), 1)
    yield _Line(_row(["---"] * len(table.heads)), 1)
    for check in table.checks:
        rank = 2 if check.result is Result.FAILED or table.noun == "gate" else 3
        yield _Line(_row(map(_cell, check.cells)), rank, table.noun)
    yield _Line("", 1, is_note=True)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return _code(cell.text) if cell.code else _text(cell.text)


def _fitted(lines: list[_Line]) -> Iterator[str]:
    """Those that fit, by rank; what is left out is counted at the end of its table."""
    notes = [line for line in lines if line.is_note]
    room = LIMIT - _NOTE * (len(notes) + 1)
    kept: set[int] = set()
    for at in sorted(range(len(lines)), key=lambda at: lines[at].rank):
        size = len(lines[at].text.encode()) + 1
        if size <= room:
            room -= size
            kept.add(at)
    yield from _told(lines, kept)


def _told(lines: list[_Line], kept: set[int]) -> Iterator[str]:
    left, noun = 0, ""
    for at, line in enumerate(lines):
        if at not in kept:
            left += bool(line.noun)
            noun = line.noun or noun
        elif line.is_note:
            if left:
                yield f"\n{plural(left, noun)} left out: a comment has {LIMIT:,} characters."
            yield ""
            left, noun = 0, ""
        else:
            yield line.text


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str, *, lines: bool = False) -> str:
    """Inert, on one line; `lines`: on its own ones, for <pre>."""
    if not lines and len(text) > _CELL:
        text = text[: _CELL - 1] + "…"
    said = shown(_JOINED.sub(lambda match: match[0] + _APART, text))
    said = said.translate(_MARKUP).replace("\t", " ")
    return said.replace("\n", "&#10;" if lines else "<br>")
