"""The scenarios: cases of every kind, read and planned.

A case is a folder `tests/scenarios/<family>/<kind>/<case>/`:
    before.sql, after.sql   two schemas (data may be among them)
    operations.yaml         instead of after.sql: operations that only a person writes
    answers.yaml            what a person answered: drops, renames, backfills, expand
    plan.sql                the golden statements, in order; written by `--golden`
    plan-<major>.sql        instead of it up to that major, where an older server needs others
    since                   the major whose syntax it needs; it runs on that one and newer ones
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.diff.expand import expanded
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import codec
from migrate_core.pg.ddl import Statement
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.schema.delta import Answers
from migrate_core.schema.graph import SchemaGraph

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CASES = sorted(path.parent for path in SCENARIOS.glob("*/*/*/before.sql"))
MakeDb = Callable[[str], Connection[Any]]


def case_id(case: Path) -> str:
    return "/".join(case.parts[-3:])


def since(case: Path) -> int:
    file = case / "since"
    return int(file.read_text()) if file.exists() else 0


def parameters(cases: Iterable[Path]) -> list[Any]:
    mark = pytest.mark.since
    return [pytest.param(case, id=case_id(case), marks=mark(since(case))) for case in cases]


def golden_of(case: Path, major: int) -> Path:
    older = sorted(case.glob("plan-*.sql"), key=lambda path: int(path.stem[5:]))
    return next((path for path in older if int(path.stem[5:]) >= major), case / "plan.sql")


def snake(kind: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in kind)


def operations_of(case: Path, before: SchemaGraph, make_db: MakeDb) -> tuple[Operation, ...]:
    written = case / "operations.yaml"
    if written.exists():
        return tuple(from_builtins(value) for value in yaml.safe_load(written.read_text()))
    after, answers = read_graph(make_db((case / "after.sql").read_text())), answers_of(case)
    if answers.expand:
        return tuple(chain.from_iterable(expanded(before, after, answers)))
    return diff(before, after, answers)


def answers_of(case: Path) -> Answers:
    """Plain drops unless the case says otherwise: a kind is tested for what it does."""
    file = case / "answers.yaml"
    given = yaml.safe_load(file.read_text()) if file.exists() else {}
    answers: Answers = codec.convert({"drops": "plain", **given}, Answers)
    return answers


def plan_of(
    operations: Iterable[Operation], before: SchemaGraph, major: int, name: str = "case"
) -> Plan:
    return build(
        tuple(operations),
        before,
        migration_id=f"20260101_000000_{name}",
        checksum="",
        major=major,
        ask=no_facts,
    )


def statements_of(plan: Plan) -> list[Statement]:
    return [s for step in plan.steps for stage in step.stages for s in stage.statements]
