"""Every kind passes every named moment: cut off at any of them, it ends as undisturbed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from psycopg import Connection

from migrate_core.errors import ConflictError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import chain, ledger
from migrate_core.operations.registry import kinds
from migrate_core.pg.ddl import StageMode
from migrate_core.planning.plan import Plan
from tests import runs
from tests.auditor import audit
from tests.faults import moments
from tests.migrate_core.operations.cases import (
    CASES,
    operations_of,
    parameters,
    plan_of,
    since,
    snake,
)

MakeDb = Callable[..., Connection[Any]]
FEW = 10


class Undisturbed(NamedTuple):
    passed: list[moments.Moment]
    schema: Any
    leftovers: list[tuple[Any, ...]]


def start(case: Path, make_db: MakeDb) -> tuple[Connection[Any], Plan]:
    db = make_db((case / "before.sql").read_text())
    before = read_graph(db)
    operations = operations_of(case, before, make_db)
    return db, plan_of(operations, before, db.info.server_version // 10_000)


def is_runnable(plan: Plan) -> bool:
    """Whether what it releases is what it parked: a purge alone has nothing to destroy."""
    parked = {(s.park.physical_name, s.park.physical_column) for s in plan.steps if s.park}
    released = {
        (r.physical_name, r.physical_column) for s in plan.steps for r in s.operation.releases()
    }
    return released <= parked


def undisturbed(case: Path, make_db: MakeDb) -> Undisturbed | None:
    db, plan = start(case, make_db)
    if not is_runnable(plan):
        with pytest.raises(ConflictError, match="no kept artifact"):
            runs.run(db, plan)
        return None
    with moments.traced() as passed:
        result = runs.run(db, plan)
    assert result.unexpected == ()
    assert audit(db) == []
    return Undisturbed(passed, read_graph(db).normal(), moments.leftovers(db))


def check_cut_off(case: Path, make_db: MakeDb, number: int, expected: Undisturbed) -> None:
    db, plan = start(case, make_db)
    sessions = moments.Sessions(runs.connector(db))
    with moments.at_moment(number, sessions.vanish), pytest.raises(moments.Vanished):
        runs.run(db, plan, connect=sessions)

    run_again(db, plan)

    assert read_graph(db).normal() == expected.schema
    assert moments.leftovers(db) == expected.leftovers
    rows = ledger.steps(db)
    assert [r.step for r in rows if r.status == "done"] == [s.number for s in plan.steps]
    assert {r.status for r in rows} <= {"done", "interrupted", "failed"}
    assert chain.first_broken(ledger.events_after(db, 0), None) is None
    assert audit(db) == []


def run_again(db: Connection[Any], plan: Plan) -> None:
    """Raw SQL outside a transaction that was cut off is repeated only when a person says so."""
    in_doubt = any(
        stage.mode is StageMode.CONCURRENT and stage.observe is None
        for step in plan.steps
        for stage in step.stages
    )
    if in_doubt:
        with suppress(ConflictError):
            runs.run(db, plan)
        runs.run(db, plan, options=msgspec.structs.replace(runs.QUICK, repeat_in_doubt=True))
    else:
        runs.run(db, plan)


def test_every_kind_runs_through_the_runner(make_db: MakeDb, seed: int, full: bool) -> None:
    """One case of each kind undisturbed; a few of them cut off at a moment of the seed's choice."""
    chance = random.Random(seed)
    cases = [case for case in CASES if since(case) <= int(os.environ["ZANITH_TEST_MAJOR"])]
    by_kind = {kind: [c for c in cases if c.parts[-2] == snake(kind)] for kind in kinds()}
    chosen = [chance.choice(cases) for cases in by_kind.values() if cases]
    cut_off = set(chance.sample(chosen, min(FEW, len(chosen))))
    for case in chosen:
        expected = undisturbed(case, make_db)
        if expected and (full or case in cut_off):
            check_cut_off(case, make_db, chance.randrange(1, len(expected.passed)), expected)


@pytest.mark.full
@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_is_cut_off_at_every_moment(case: Path, make_db: MakeDb) -> None:
    expected = undisturbed(case, make_db)
    if expected:
        for number in range(1, len(expected.passed)):
            check_cut_off(case, make_db, number, expected)
