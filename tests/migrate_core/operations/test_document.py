"""docs/operations.md: every kind with its lock, its undo and an example; written by `--golden`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Place
from migrate_core.operations.registry import family, kinds
from migrate_core.pg.ddl import StageMode, Statement
from migrate_core.planning.plan import Plan, Step
from tests.migrate_core.operations.cases import CASES, operations_of, plan_of, snake

MakeDb = Callable[[str], Connection[Any]]
DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
MAJOR = 18  # whose statements are shown
HEAD = f"""# Operations

Every kind of change that a migration may hold: what it does, the statements of one example on
PostgreSQL {MAJOR} with the lock that each takes, and what undoes it. Written from the kinds and
their scenarios by
`python3 manage.py test tests/migrate_core/operations/test_document.py --golden`; each
example is run, observed and undone by the tests.
"""


@pytest.mark.db
@pytest.mark.since(MAJOR)
def test_every_kind_is_described(make_db: MakeDb, request: pytest.FixtureRequest) -> None:
    text = "\n".join([HEAD, *described(make_db)])

    if request.config.getoption("--golden"):
        DOCUMENT.write_text(text)
    assert text == DOCUMENT.read_text()


def described(make_db: MakeDb) -> Iterator[str]:
    for name, members in groupby(sorted(kinds(), key=lambda k: (family(k), k)), key=family):
        yield f"## {name.replace('_', ' ').capitalize()}\n"
        for kind in members:
            yield from section(kind, make_db)


def section(kind: str, make_db: MakeDb) -> Iterator[str]:
    case = next(c for c in CASES if c.parts[-3:-1] == (family(kind), snake(kind)))
    made: list[Connection[Any]] = []

    def make(ddl: str) -> Connection[Any]:
        made.append(make_db(ddl))
        return made[-1]

    before = read_graph(make((case / "before.sql").read_text()))
    plan = plan_of(operations_of(case, before, make), before, MAJOR)
    for conn in made:  # a server has only so many
        conn.close()
    step = next(step for step in plan.steps if step.kind == kind)
    yield f"### {kind}\n"
    yield dedent(inspect.getdoc(kinds()[kind]) or "") + "\n"
    yield f"Undone by: {undone(step, plan)}\n"
    yield "```sql"
    for number, stage in enumerate(step.stages, start=1):
        if len(step.stages) > 1:
            yield f"-- stage {number} of {len(step.stages)}{_MODES[stage.mode]}"
        for statement in stage.statements:
            yield f"{statement};  -- {locks(statement)}"
    yield "```\n"


def undone(step: Step, plan: Plan) -> str:
    place = Place(migration_id=plan.migration_id, step=step.number, major=MAJOR)
    inverse = step.operation.inverse(place)
    return f"`{inverse.kind}`" if inverse else "nothing; the plan says so"


def locks(statement: Statement) -> str:
    held = ", ".join(f"{mode.value} on {name}" for name, mode in statement.locks())
    costs = [word for word in ("scans", "rewrites") if getattr(statement, word)]
    return "; ".join([held or "no table lock", *costs])


_MODES = {
    StageMode.TRANSACTION: "",
    StageMode.CONCURRENT: ", outside a transaction",
    StageMode.BATCHED: ", in batches",
}
