"""docs/operations.md: every kind with its lock, its undo and an example; written by `--golden`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import Plan
from tests.migrate_core.operations.cases import operations_of, plan_of
from tests.migrate_core.operations.document import (
    DOCUMENT,
    HEAD,
    MAJOR,
    by_family,
    example_of,
    section,
    title,
)

MakeDb = Callable[[str], Connection[Any]]


@pytest.mark.db
@pytest.mark.since(MAJOR)
def test_every_kind_is_described_in_order(make_db: MakeDb, request: pytest.FixtureRequest) -> None:
    """What each section says is compared where its example runs: test_every_kind.py."""
    if request.config.getoption("--golden"):
        DOCUMENT.write_text("\n".join([HEAD, *described(make_db)]))
    text = DOCUMENT.read_text()
    headings = [line for line in text.splitlines() if line.startswith(("# ", "## ", "### "))]
    wanted = [HEAD.splitlines()[0]]
    for name, members in by_family():
        wanted += [title(name), *(f"### {kind}" for kind in members)]

    assert text.startswith(HEAD)
    assert headings == wanted


def described(make_db: MakeDb) -> Iterator[str]:
    for name, members in by_family():
        yield f"{title(name)}\n"
        for kind in members:
            yield section(kind, example(kind, make_db))


def example(kind: str, make_db: MakeDb) -> Plan:
    case = example_of(kind)
    made: list[Connection[Any]] = []

    def make(ddl: str) -> Connection[Any]:
        made.append(make_db(ddl))
        return made[-1]

    before = read_graph(make((case / "before.sql").read_text()))
    plan = plan_of(operations_of(case, before, make), before, MAJOR)
    for conn in made:  # a server has only so many
        conn.close()
    return plan
