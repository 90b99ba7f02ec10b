"""What holds for all kinds; a new kind is covered here without being named here.

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
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg import Connection

from migrate_core.diff.diff import diff, replay
from migrate_core.diff.expand import expanded
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.operations.registry import family, from_builtins, kinds
from migrate_core.pg import codec
from migrate_core.pg.ddl import StageMode, Statement
from migrate_core.planning.plan import Plan, build, decode_plan, encode_plan, no_facts
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


def execute(db: Connection[Any], plan: Plan) -> None:
    """As psql would, one stage after another; what is parked goes with its step's first."""
    for step in plan.steps:
        park = step.park.statements if step.park else ()
        for stage in step.stages:
            whole = db.transaction() if stage.mode is StageMode.TRANSACTION else nullcontext()
            with whole:
                for sql in (*park, *(statement.sql for statement in stage.statements)):
                    db.execute(sql)
            park = ()


@pytest.mark.parametrize("kind", kinds())
def test_has_a_scenario(kind: str) -> None:
    assert any(case.parts[-3:-1] == (family(kind), snake(kind)) for case in CASES)


@pytest.mark.parametrize("kind", kinds())
def test_lies_in_the_file_of_its_name(kind: str) -> None:
    assert kinds()[kind].__module__.endswith(f".{snake(kind)}")


@pytest.mark.db
@pytest.mark.parametrize("case", parameters(CASES))
def test_scenario(case: Path, make_db: MakeDb, request: pytest.FixtureRequest) -> None:
    """The golden SQL comes out; running it gives the predicted schema; undoing it, the old."""
    db = make_db((case / "before.sql").read_text())
    before = read_graph(db)
    operations = operations_of(case, before, make_db)
    major = db.info.server_version // 10_000
    plan = plan_of(operations, before, major)
    assert any(snake(step.kind) == case.parts[-2] for step in plan.steps)

    text = "".join(f"{statement};\n" for statement in statements_of(plan))
    golden = golden_of(case, major)
    if request.config.getoption("--golden"):
        golden.write_text(text)
    assert text == golden.read_text()

    execute(db, plan)
    reached = read_graph(db)
    predicted = replay(before, (step.operation for step in plan.steps))
    assert codec.to_builtins(reached.normal()) == codec.to_builtins(predicted.normal())

    undo(db, plan, before)


def undo(db: Connection[Any], plan: Plan, before: SchemaGraph) -> None:
    """Run the inverses backwards, up to a step without one, which says so or changed no schema."""
    for step in reversed(plan.steps):
        place = Place(migration_id=plan.migration_id, step=step.number, major=plan.major)
        inverse = step.operation.inverse(place)
        if inverse is not None:
            assert step.undo == inverse.kind
            execute(db, plan_of([inverse], read_graph(db), plan.major, "undo"))
        elif step.operation.effect is not Effect.FILL:
            assert {"no_inverse", "purge"} & set(step.verdict.codes)
            return
    assert codec.to_builtins(read_graph(db).normal()) == codec.to_builtins(before.normal())


@pytest.mark.db
@pytest.mark.parametrize("case", parameters(CASES))
def test_a_plan_survives_storage(case: Path, make_db: MakeDb) -> None:
    db = make_db((case / "before.sql").read_text())
    before = read_graph(db)
    plan = plan_of(operations_of(case, before, make_db), before, 18)

    stored = decode_plan(encode_plan(plan))

    assert stored == plan
    assert stored.hash == plan.hash
