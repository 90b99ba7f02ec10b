"""What holds for all kinds; a new kind is covered here without being named here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import replay
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Effect, Place
from migrate_core.operations.registry import family, kinds
from migrate_core.pg import codec
from migrate_core.planning.plan import Plan, decode_plan, encode_plan
from migrate_core.schema.graph import SchemaGraph
from tests.migrate_core.operations.cases import (
    CASES,
    case_id,
    golden_of,
    operations_of,
    parameters,
    plan_of,
    snake,
    statements_of,
)
from tests.migrate_core.operations.document import DOCUMENT, MAJOR, example_of, section
from tests.migrate_core.operations.observed import problems
from tests.samples import skip_unless_drawn

MakeDbOn = Callable[..., Connection[Any]]


@pytest.mark.parametrize("kind", kinds())
def test_has_a_scenario(kind: str) -> None:
    assert any(case.parts[-3:-1] == (family(kind), snake(kind)) for case in CASES)


@pytest.mark.parametrize("kind", kinds())
def test_lies_in_the_file_of_its_name(kind: str) -> None:
    assert kinds()[kind].__module__.endswith(f".{snake(kind)}")


@pytest.mark.db
@pytest.mark.parametrize("case", parameters(CASES))
def test_scenario(
    case: Path, major: int, make_db_on: MakeDbOn, request: pytest.FixtureRequest
) -> None:
    """The golden SQL comes out; running it locks what it declares and gives the predicted
    schema; undoing it, the old.

    A lock that is declared weaker than it is would be a wrong verdict, and one that is
    declared stronger a false alarm.
    """
    skip_unless_drawn(request, case_id(case), major)
    option = request.config.getoption
    db = make_db_on(major, (case / "before.sql").read_text())
    before = read_graph(db)
    plan = plan_of(operations_of(case, before, partial(make_db_on, major)), before, major)
    check_storage(plan)
    check_builds(plan)
    check_backfills(plan)
    if major == MAJOR:  # another spells expressions otherwise, and has no names of NOT NULL
        assert any(snake(step.kind) == case.parts[-2] for step in plan.steps)
        check_golden(case, plan, anew=option("golden"))
        check_document(case, plan)

    db.execute("CREATE SCHEMA IF NOT EXISTS _zanith_archive")
    check_run(db, plan)
    predicted = replay(before, (step.operation for step in plan.steps))
    check_schema(db, predicted)

    if undo(db, plan):
        check_schema(db, before)


def check_golden(case: Path, plan: Plan, *, anew: bool) -> None:
    text = "".join(f"{statement};\n" for statement in statements_of(plan))
    golden = golden_of(case, plan.major)
    if anew:
        golden.write_text(text)
    assert text == golden.read_text()


def check_document(case: Path, plan: Plan) -> None:
    kind = next(kind for kind in kinds() if snake(kind) == case.parts[-2])
    if case == example_of(kind):
        assert section(kind, plan) in DOCUMENT.read_text()


def check_storage(plan: Plan) -> None:
    stored = decode_plan(encode_plan(plan))
    assert stored == plan
    assert stored.hash == plan.hash


def check_builds(plan: Plan) -> None:
    """What takes long is declared by whoever writes the statement: an index of a partitioned
    table alone, or of a twin that is still empty, is none that takes long."""
    declared = [s for step in plan.steps if not step.is_script for st in step.stages
                for s in st.statements]  # fmt: skip
    for statement in declared:
        sql = statement.sql
        makes = sql.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))
        is_free = re.search(r'INDEX (?!CONCURRENTLY).* ON (ONLY |public\."?_zanith_new)', sql)
        assert statement.builds == (makes and not is_free)
        assert statement.queries == sql.startswith("CREATE MATERIALIZED VIEW")


def check_backfills(plan: Plan) -> None:
    """Whatever fills a live table in batches has the reason for it, as every other that does."""
    for step in plan.steps:
        filled = {st.batch.into or st.batch.table for st in step.stages if st.batch}
        assert (step.operation.relation in filled) == ("requires_backfill" in step.verdict.codes)


def check_run(db: Connection[Any], plan: Plan) -> None:
    """rawSql declares nothing: what it does is observed while it is rehearsed."""
    found = problems(db, plan)
    assert found == [] or any(step.is_script for step in plan.steps)


def check_schema(db: Connection[Any], expected: SchemaGraph) -> None:
    found = read_graph(db)
    assert codec.to_builtins(found.normal()) == codec.to_builtins(expected.normal())


def undo(db: Connection[Any], plan: Plan) -> bool:
    """Run the inverses backwards, up to a step without one, which says so or changed no schema."""
    for step in reversed(plan.steps):
        place = Place(migration_id=plan.migration_id, step=step.number, major=plan.major)
        inverse = step.operation.inverse(place)
        if inverse is not None:
            assert step.undo == inverse.kind
            check_run(db, plan_of([inverse], read_graph(db), plan.major, "undo"))
        elif step.operation.effect is not Effect.FILL:
            assert {"no_inverse", "purge"} & set(step.verdict.codes)
            return False
    return True
