"""docs/locks.md is the table of statements, written by `--golden`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate_core.pg.locks import LockMode
from tests.locks.table import LETTERS, Case, Take, Takes, table

DOCUMENT = Path(__file__).parents[2] / "docs" / "locks.md"
OLDEST = 14
HEAD = """\
# What each statement locks, rewrites and scans

Measured, not copied: `tests/locks/` runs each of these on PostgreSQL 14 to 18, on those that are at
hand, and fails where one takes anything else; the observer of `zanith migrate verify` has to see
the same. `python3 manage.py test tests/locks/test_document.py --golden` writes this page.

`t` has the primary key `t_pkey`, the index `t_a` on `a`, and rows; `q` is partitioned into `q1` and
`q2`, and where it is said there is the DEFAULT partition `qd`. `tests/locks/statements.yaml` has
the set-up of each. A lock is held until the transaction ends. Only relations that were there before
count; the ACCESS SHARE with which the planner looks at an index is left out.

- **rewrite**: the relation gets new files. Every row of a table is written, or entry of an index.
- **scan**: every row is read while that lock is held.
"""


def test_the_document_is_the_table(request: pytest.FixtureRequest) -> None:
    text = "\n".join(document())
    if request.config.getoption("--golden"):
        DOCUMENT.write_text(text, encoding="utf-8")

    assert text == DOCUMENT.read_text(encoding="utf-8")


def test_there_are_at_least_130_statements_and_none_twice() -> None:
    labels = [case.label() for case in table().cases]

    assert len(labels) >= 130
    assert sorted(set(labels)) == sorted(labels)


@pytest.mark.parametrize("mode", list(LockMode))
def test_every_lock_mode_is_taken_by_some_statement(mode: LockMode) -> None:
    taken = {take.mode for case in table().cases for take in case.expected(18).values()}

    assert mode in taken


def document() -> Iterator[str]:
    yield HEAD
    for group, cases in table().groups.items():
        yield f"## {group}\n"
        yield "| statement | locks | rewrite, scan | majors |"
        yield "|---|---|---|---|"
        for case in cases:
            yield from rows(case)
        yield ""


def rows(case: Case) -> Iterator[str]:
    shown = f"`{case.sql}`".replace("|", "\\|") + (f" ({case.note})" if case.note else "")
    first = max(case.since, OLDEST)
    if case.error:
        yield f"| {shown} | refused | {case.error} | {first}+ |"
        return
    found: list[tuple[str, int]] = []  # what is taken, and from which major on
    for major in (first, *sorted(case.before)):
        takes = case.expected(major)
        said = f"{locks(takes)} | {cost(takes)}"
        if not found or found[-1][0] != said:
            found.append((said, major))
    for (said, since), (_, until) in zip(found, [*found[1:], ("", 0)], strict=True):
        yield f"| {shown} | {said} | {f'{since} to {until - 1}' if until else f'{since}+'} |"


def locks(takes: Takes) -> str:
    """The strongest first, with all that is locked alike in one place."""
    alike: dict[LockMode, list[str]] = {}
    for name, take in takes.items():
        if take.mode and not is_glance(name, take):
            alike.setdefault(take.mode, []).append(f"`{name}`")
    found = [
        f"{mode} {', '.join(alike[mode])}" for mode in reversed(LETTERS.values()) if mode in alike
    ]
    return "; ".join(found) or "none"


def cost(takes: Takes) -> str:
    rewrites = [f"`{name}`" for name, take in takes.items() if take.rewrites]
    scans = [f"`{name}`" for name, take in takes.items() if take.scans and not take.rewrites]
    found = [f"rewrite {', '.join(rewrites)}"] if rewrites else []
    return "; ".join([*found, f"scan {', '.join(scans)}"] if scans else found) or "no"


def is_glance(name: str, take: Take) -> bool:
    """An index that was only opened: its name says that it is one."""
    return take == Take(LockMode.ACCESS_SHARE) and name.endswith(("_pkey", "t_a", "y_a", "t_u"))
