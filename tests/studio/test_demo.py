from __future__ import annotations

import time

import psycopg
import pytest

from migrate_core.planning.plan import Step
from migrate_core.states import ChangeState, RunState
from studio import demo, stories
from studio.models import Artifact, Change, Run, Target, Verification
from studio.models.changes import Work
from studio.services import changes, runs, targets, traffic, verifications
from studio.services.refusals import BusyError, StaleError
from tests.studio.conftest import plan_hash, replanned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def template() -> str:
    """Left on the server between tests: only the first one fills it."""
    return demo.BASE


def test_the_stories_begin_where_they_should_and_end_as_told(template: str) -> None:
    demo.prepare()

    begun = {c.story: c for c in Change.objects.all()}
    assert set(begun) == set(stories.ORDER)
    scores = {name: c.plans.get().score for name, c in begun.items()}
    assert scores["green"] <= 60 < scores["over_budget"]
    assert begun["restore"].status is ChangeState.APPLIED
    assert Artifact.objects.filter(status="kept").count() == 2
    assert [s.kind for s in steps(begun["green"])] == [
        "addColumn", "addIndex", "softDropColumn", "backfill"
    ]  # fmt: skip
    assert [s.kind for s in steps(begun["failing_third_step"])] == [
        "addColumn", "addIndex", "backfill", "softDropColumn"
    ]  # fmt: skip

    assert not rehearse(begun["drift"]).ok
    green = rehearse(begun["green"])
    assert green.ok, green.report

    run = play(begun["failing_third_step"])
    assert run.status is RunState.FAILED
    assert run.events.filter(kind="step_failed").get().step == 3
    traffic.act(run.target, "mend", demo.person("dee"))
    runs.resume(run, demo.person("dee"))
    runs.apply(str(run.pk))
    assert Run.objects.get(pk=run.pk).status is RunState.DONE

    began = time.monotonic()
    demo.prepare()
    assert Change.objects.count() == 5, f"made again after {time.monotonic() - began:.2f} s"

    again = demo.reset_story("failing_third_step")
    assert again.status is ChangeState.PLANNED
    assert play(again).status is RunState.FAILED
    with pytest.raises(StaleError):
        demo.reset_story("no_such_story")
    busy(begun["green"])


def steps(change: Change) -> tuple[Step, ...]:
    return change.plans.get().value().steps


def rehearse(change: Change) -> Verification:
    row = verifications.queue(change, demo.person("anna"))
    verifications.rehearse(row.pk)
    row.refresh_from_db()
    assert row.work == Work.DONE
    return row


def play(change: Change) -> Run:
    """Verified by Anna, approved by Bo, applied by Dee."""
    rehearse(change)
    changes.approve(change, demo.person("bo"), plan_hash=plan_hash(change))
    change = Change.objects.get(pk=change.pk)
    run = runs.start(change, demo.person("dee"), plan_hash=plan_hash(change))
    runs.apply(str(run.pk))
    return Run.objects.get(pk=run.pk)


def busy(change: Change) -> None:
    """A story is not pulled away from under its run."""
    change = replanned(Change.objects.get(pk=change.pk))
    changes.approve(change, demo.person("bo"), plan_hash=plan_hash(change))
    change = Change.objects.get(pk=change.pk)
    runs.start(change, demo.person("dee"), plan_hash=plan_hash(change))
    with pytest.raises(BusyError):
        demo.reset_story(change.story)


def test_traffic_does_what_its_buttons_say(template: str) -> None:
    demo.prepare()
    target = Target.objects.get(name="storefront-green")
    before = users(target)

    traffic.act(target, "write", demo.person("dee"))
    assert users(target) == before + traffic.WRITES
    with pytest.raises(StaleError, match="no run is going on"):
        traffic.act(target, "kill", demo.person("dee"))


def users(target: Target) -> int:
    given = targets.endpoint(target)
    with psycopg.connect(
        host=given.host, port=given.port, dbname=given.dbname, user=given.user,
        password=given.password,
    ) as conn:  # fmt: skip
        found = conn.execute("SELECT count(*) FROM users").fetchone()
    assert found is not None
    return int(found[0])
