"""How long a step will take, by what the shadow did on a table of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection

from migrate_core.errors import ShadowError
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.verified import judged
from migrate_core.risk.estimates import estimate
from migrate_core.risk.facts import TableSize
from migrate_core.risk.rates import MB, Rates, WorkKind
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.verify import throughput
from migrate_core.verify.report import VerifyReport
from tests.migrate_core.verify.conftest import MakeStory, Story

pytestmark = pytest.mark.db

LIVE = "CREATE TABLE public.orders (id int PRIMARY KEY, total int);"
T = QualifiedName("public", "orders")
WORK = (WorkKind.SCAN, WorkKind.REWRITE, WorkKind.BUILD)
SLOW = Rates(scan=0.5 * MB, measured=(WorkKind.SCAN,))


def planned(story: Story, size: int, rates: Rates | None = None) -> Plan:
    """A check that is added and validated, as if the table were so large."""
    rule = Constraint(name="positive", type="check", definition="CHECK ((total > 0))")
    plan = story.plan(make("addCheck", table=T, constraint=rule))
    (step,) = plan.steps
    measured = TableSize(table=T, rows=1000, bytes=size)
    facts = msgspec.structs.replace(step.facts, size=measured, rates=rates or Rates())
    found = estimate(step.stages, facts)
    facts = msgspec.structs.replace(facts, rates=Rates())
    given = msgspec.structs.replace(step, facts=facts, estimate=found)
    return msgspec.structs.replace(plan, steps=(given,))


def seen(plan: Plan, report: VerifyReport) -> Step:
    (step,) = judged(plan, report.verified).steps
    return step


def verified(story: Story, plan: Plan) -> VerifyReport:
    report = story.verify(plan, declared=None, wanted=replayed(story, plan))
    assert report.ok, report
    return report


def replayed(story: Story, plan: Plan) -> SchemaGraph:
    return plan.steps[0].operation.apply(story.found)


def test_a_step_that_takes_long_is_estimated_by_the_shadow(make_story: MakeStory) -> None:
    story = make_story(LIVE, LIVE)
    plan = planned(story, 30 * 1024 * MB)

    report = verified(story, plan)
    before, after = plan.steps[0].estimate, seen(plan, report).estimate

    assert [stage.name for stage in report.stages][-1] == "throughput"
    assert report.rates.rehearsed == WORK
    assert all(report.rates.of(kind) > 0 for kind in WORK)
    assert report.rates.scan <= throughput.FASTEST_SCAN
    assert before
    assert after
    assert (before.source, after.source) == ("assumed, for a slow disk", "by what the shadow did")
    seconds = 30 * 1024 * MB / report.rates.scan
    assert after.low < seconds < after.high


def test_nothing_of_it_is_left(make_db: Callable[..., Connection[Any]]) -> None:
    db = make_db()

    assert throughput.measure(db).rehearsed == WORK
    assert db.execute("SELECT to_regnamespace('zanith_throughput')").fetchone() == (None,)


def test_a_brief_step_and_one_whose_history_is_known_are_not_measured(
    make_story: MakeStory,
) -> None:
    story = make_story(LIVE, LIVE)

    for plan in (planned(story, 8192), planned(story, 30 * 1024 * MB, SLOW)):
        report = verified(story, plan)

        assert report.rates == Rates()
        assert "throughput" not in [stage.name for stage in report.stages]
        assert seen(plan, report).estimate == plan.steps[0].estimate


def test_a_shadow_that_is_too_slow_leaves_the_estimate(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "LIMIT_MS", 1)
    story = make_story(LIVE, LIVE)
    plan = planned(story, 30 * 1024 * MB)

    report = verified(story, plan)

    assert report.stages[-1].ok
    assert report.stages[-1].notes[0].startswith("not measured: canceling statement")
    assert seen(plan, report).estimate == plan.steps[0].estimate


def test_a_shadow_that_lets_nobody_in_any_more_fails_no_plan(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(conn: Connection[Any]) -> Rates:
        raise ShadowError("the shadow cannot be reached")

    monkeypatch.setattr(throughput, "measure", refused)
    story = make_story(LIVE, LIVE)

    report = verified(story, planned(story, 30 * 1024 * MB))

    assert report.stages[-1].notes == ("not measured: the shadow cannot be reached",)
