"""What docs/operations.md says of a kind, from the plan of its example."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from textwrap import dedent

from migrate_core.operations.base import Place
from migrate_core.operations.registry import family, kinds
from migrate_core.pg.ddl import StageMode, Statement
from migrate_core.planning.plan import Plan, Step
from tests.migrate_core.operations.cases import CASES, snake

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
MAJOR = 18  # whose statements are shown
HEAD = f"""# Operations

Every kind of change that a migration may hold: what it does, the statements of one example on
PostgreSQL {MAJOR} with the lock that each takes, and what undoes it. Written from the kinds and
their scenarios by
`python3 manage.py test tests/migrate_core/operations/test_document.py --golden`; each
example is run, observed and undone by the tests.
"""


def by_family() -> Iterator[tuple[str, list[str]]]:
    ordered = sorted(kinds(), key=lambda kind: (family(kind), kind))
    return ((name, list(members)) for name, members in groupby(ordered, key=family))


def title(name: str) -> str:
    return f"## {name.replace('_', ' ').capitalize()}"


def example_of(kind: str) -> Path:
    return next(c for c in CASES if c.parts[-3:-1] == (family(kind), snake(kind)))


def section(kind: str, plan: Plan) -> str:
    step = next(step for step in plan.steps if step.kind == kind)
    return "\n".join(_lines(step, plan)) + "\n"


def _lines(step: Step, plan: Plan) -> Iterator[str]:
    yield f"### {step.kind}\n"
    yield dedent(inspect.getdoc(kinds()[step.kind]) or "") + "\n"
    yield f"Undone by: {_undone(step, plan)}\n"
    yield "```sql"
    for number, stage in enumerate(step.stages, start=1):
        if len(step.stages) > 1:
            yield f"-- stage {number} of {len(step.stages)}{_MODES[stage.mode]}"
        for statement in stage.statements:
            yield f"{statement};  -- {_locks(statement)}"
    yield "```"


def _undone(step: Step, plan: Plan) -> str:
    place = Place(migration_id=plan.migration_id, step=step.number, major=MAJOR)
    inverse = step.operation.inverse(place)
    return f"`{inverse.kind}`" if inverse else "nothing; the plan says so"


def _locks(statement: Statement) -> str:
    held = ", ".join(f"{mode.value} on {name}" for name, mode in statement.locks())
    costs = [word for word in ("scans", "rewrites") if getattr(statement, word)]
    return "; ".join([held or "no table lock", *costs])


_MODES = {
    StageMode.TRANSACTION: "",
    StageMode.CONCURRENT: ", outside a transaction",
    StageMode.BATCHED: ", in batches",
}
