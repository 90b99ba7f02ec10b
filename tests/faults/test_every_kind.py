"""Every kind passes every named moment: cut off at any of them, it ends as undisturbed."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
from migrate_core.runner import faults
from migrate_core.verify import parked
from tests import runs
from tests.auditor import audit
from tests.faults import moments
from tests.faults.cuts import Cut, vanish
from tests.migrate_core.operations.cases import (
    CASES,
    operations_of,
    parameters,
    plan_of,
    since,
    snake,
)

MakeDb = Callable[..., Connection[Any]]
KINDS, FEW = 30, 8  # in an ordinary run
RUNNER = Path(faults.__file__).parent


class Undisturbed(NamedTuple):
    points: set[str]
    passed: list[moments.Moment]
    schema: Any
    leftovers: list[tuple[Any, ...]]


class Started(NamedTuple):
    db: Connection[Any]
    plan: Plan
    known: set[str]  # what an auditor says of artifacts that no run of ours has parked


def start(case: Path, make_db: MakeDb) -> Started:
    """What a restore or a purge is about is kept in the ledger, as if it had been parked there."""
    db = make_db((case / "before.sql").read_text())
    before = read_graph(db)
    operations = operations_of(case, before, make_db)
    plan = plan_of(operations, before, db.info.server_version // 10_000)
    return Started(db, plan, set(audit(db)) if parked.stand_in(db, [plan]) else set())


def undisturbed(case: Path, make_db: MakeDb) -> Undisturbed:
    db, plan, known = start(case, make_db)
    with moments.traced() as passed:
        result = runs.run(db, plan)
    assert result.unexpected == ()
    assert set(audit(db)) <= known
    return Undisturbed(points_of(plan), passed, read_graph(db).normal(), moments.leftovers(db))


ALWAYS = {"before_lock", "after_lock", "before_start", "after_start", "before_running",
          "after_running", "after_done", "before_finish", "in_finish", "after_finish"}  # fmt: skip
BY_MODE = {
    StageMode.TRANSACTION: {"in_stage", "before_commit", "after_commit"},
    StageMode.CONCURRENT: {
        "before_concurrent",
        "after_concurrent",
        "before_commit",
        "after_commit",
    },
    StageMode.BATCHED: {"in_batch", "after_batch", "before_count", "before_commit", "after_commit"},
}


def points_of(plan: Plan) -> set[str]:
    """The moments that its stages and its parking have to pass."""
    modes = {stage.mode for step in plan.steps for stage in step.stages}
    parks = {"after_park"} if any(step.park for step in plan.steps) else set()
    return ALWAYS.union(parks, *(BY_MODE[mode] for mode in modes))


def test_every_moment_has_its_place_in_the_code() -> None:
    """And none is passed that is not in the list, by which docs and tests go."""
    text = "".join(path.read_text() for path in RUNNER.glob("*.py"))
    assert set(re.findall(r'faultpoint\("(\w+)"', text)) == set(faults.POINTS)
    rare = {"in_rest"}  # of a backfill that gives way: runner/test_steering.py
    assert ALWAYS.union({"after_park"}, *BY_MODE.values()) == set(faults.POINTS) - rare


def check_cut_off(started: Started, number: int, expected: Undisturbed, cut: Cut = vanish) -> float:
    """Gives the seconds that the re-run took."""
    db, plan, known = started
    db = cut(db, plan, number)
    began = time.monotonic()

    run_again(db, plan)

    took = time.monotonic() - began
    assert read_graph(db).normal() == expected.schema
    assert moments.leftovers(db) == expected.leftovers
    rows = ledger.steps(db)
    assert [r.step for r in rows if r.status == "done"] == [s.number for s in plan.steps]
    assert {r.status for r in rows} <= {"done", "interrupted", "failed"}
    assert chain.first_broken(ledger.events_after(db, 0, limit=10**6), None) is None
    assert set(audit(db)) <= known
    return took


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
    """One case of a kind undisturbed; a few of them cut off at a moment of the seed's choice."""
    chance = random.Random(seed)
    cases = [case for case in CASES if since(case) <= int(os.environ["ZANITH_TEST_MAJOR"])]
    by_kind = {kind: [c for c in cases if c.parts[-2] == snake(kind)] for kind in kinds()}
    chosen = [chance.choice(cases) for cases in by_kind.values() if cases]
    chosen = chosen if full else chance.sample(chosen, min(KINDS, len(chosen)))
    cut_off = set(chance.sample(chosen, min(FEW, len(chosen))))
    for case in chosen:
        expected = undisturbed(case, make_db)
        assert expected.points <= {name for name, _ in expected.passed}, case
        if full or case in cut_off:
            number = chance.randrange(1, len(expected.passed))
            check_cut_off(start(case, make_db), number, expected)


def test_a_detach_is_resumed_before_the_check_that_it_leaves_behind_is_dropped(
    major: int, make_db_on: Callable[..., Connection[Any]]
) -> None:
    """Up to 17 one is left, which is neither in the schema before nor in that after."""
    make_db = partial(make_db_on, major)
    (case,) = (c for c in CASES if c.parts[-2:] == ("attach_partition", "bound_changed"))
    expected = undisturbed(case, make_db)

    number = expected.passed.index(("after_commit", 1))
    check_cut_off(start(case, make_db), number, expected)


@pytest.mark.full
@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_is_cut_off_at_every_moment(case: Path, make_db: MakeDb) -> None:
    expected = undisturbed(case, make_db)
    for number in range(1, len(expected.passed)):
        check_cut_off(start(case, make_db), number, expected)
