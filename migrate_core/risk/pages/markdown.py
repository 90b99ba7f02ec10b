"""A reason's page as Markdown: docs/reasons/, and what `zanith explain` prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import fill

from migrate_core.risk.codes import REASONS, ReasonCode
from migrate_core.risk.levels import Level
from migrate_core.risk.pages.example import (
    BY_HAND,
    Example,
    any_kind,
    bad,
    good,
    heading,
    weighs,
    why_none,
)
from migrate_core.risk.pages.page import Said, blocks, by_level, outcome, page, title

_WIDTH = 100
_LINK = re.compile(r"\[(\w+)\]\(\w+\.md\)")


def markdown(code: str) -> str:
    """The whole page, ending in a line end."""
    return "\n".join(_lines(REASONS[code])) + "\n"


def plain(code: str) -> str:
    """The same for a terminal, where nobody follows a link to a file."""
    return _LINK.sub(r"\1", markdown(code))


def _lines(record: ReasonCode) -> Iterator[str]:
    found = page(record.code)
    yield f"# {title(record.code)}\n"
    yield f"`{record.code}` · **{record.level}**, score {record.level.score}\n"
    yield _prose(f"**What happens.** {record.effect}")
    yield _prose(f"**Safer.** {record.safer}")
    yield from map(_prose, weighs(record))
    yield "## Advice\n"
    for block in blocks(found.advice):
        if block.is_code:
            yield from _fenced("sh" if block.is_command else "sql", block.text)
        else:
            yield _prose(block.text)
    yield "## Example\n"
    yield from _fenced("sql", found.before)
    yield f"### {heading(record)}\n"
    yield from _example(bad(record.code))
    better = good(record.code)
    yield "### Better\n" if better else "### Nothing better\n"
    yield from _example(better) if better else [_prose(why_none(record.code))]
    yield "## Given by\n"
    kinds = outcome(record.code).kinds
    yield _prose(", ".join(f"`{kind}`" for kind in kinds) or any_kind(record.code)).rstrip("\n")


def _prose(text: str) -> str:
    return fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"


def _example(found: Example) -> Iterator[str]:
    if found.intro:
        yield f"{found.intro}\n"
    if found.sql:
        yield from _fenced("sql", found.sql)
    if found.facts:
        yield f"{BY_HAND}\n"
        yield from (f"- {words}" for words in found.facts)
        yield ""
    if found.pending:
        yield "While this migration is pending:\n"
        yield from _fenced("yaml", found.pending)
    yield from _fenced("yaml", found.operations)
    yield "| step | level | score | strongest lock | work | reasons |"
    yield "|---|---|---|---|---|---|"
    yield from map(_row, found.said)
    yield ""


def _row(step: Said) -> str:
    codes = ", ".join(f"{_linked(code)} ({level})" for code, level in worst_first(step))
    what = f"{step.number:02} {step.kind}"
    return f"| {what} | {step.level} | {step.score} | {step.lock} | {step.work} | {codes} |"


def worst_first(step: Said) -> list[tuple[str, Level]]:
    return sorted(step.codes.items(), key=lambda one: (-one[1].score, one[0]))


def _linked(code: str) -> str:
    return f"[{code}]({code}.md)"


def _fenced(language: str, text: str) -> list[str]:
    return [f"```{language}", text.rstrip("\n"), "```", ""]


# The index ------------------------------------------------------------------------------------


def index() -> str:
    """docs/reasons/README.md: by level, and by code."""
    return "\n".join(_index_lines()) + "\n"


def _index_lines() -> Iterator[str]:
    yield "# Reasons\n"
    yield _prose(
        "Why a step is as risky as a plan says. The worst reason decides the level of a step, the"
        " worst step that of a plan. Each code has a page: what happens, when it hurts, what to"
        " look at, what to do instead, how to undo it, and an example that a test plans on"
        " PostgreSQL. `zanith explain CODE` prints it; the studio shows it behind every reason of"
        " a plan."
    )
    yield _prose(
        "Written from `migrate_core/risk/` by"
        " `python3 manage.py test tests/migrate_core/risk/test_pages.py --golden`, then"
        " `tests/migrate_core/risk/test_document.py --golden`."
    )
    for level, records in by_level():
        if records:
            yield f"## {str(level).capitalize()}, score {level.score}\n"
            yield from _table(records)
    yield "## By code\n"
    every = sorted(record.code for _level, records in by_level() for record in records)
    yield _prose(", ".join(map(_linked, every))).rstrip("\n")


def _table(records: Iterable[ReasonCode]) -> Iterator[str]:
    yield "| code | what happens |"
    yield "|---|---|"
    yield from (f"| {_linked(record.code)} | {record.effect} |" for record in records)
    yield ""
