from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from migrate_core.states import ChangeState, RunState
from studio import pages
from studio.models import Change, Run, Target
from studio.services import leases, queues, runs, wakeups
from tests.studio.conftest import NOTE, MakeChange, World, plan_hash, ready
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]


@pytest.fixture
def later(world: World, target: Target, make_change: MakeChange) -> Run:
    change = ready(make_change(target), world)
    return runs.start(
        change,
        world.operator,
        plan_hash=plan_hash(change),
        not_before=timezone.now() + timedelta(hours=1),
    )


def comes_due(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_nobody_takes_it_before_its_time_and_the_reconciler_sends_it_then(later: Run) -> None:
    assert later.sent_at is None
    assert leases.take(str(later.pk)) is None
    assert wakeups.resend_waiting() == 0
    assert pages.board_of(later).state == "scheduled"
    assert f"by itself at {later.not_before:%Y-%m-%d %H:%M} UTC" in pages.board_of(later).says

    comes_due(later)

    assert wakeups.resend_waiting() == 1
    runs.apply(str(later.pk))
    assert Run.objects.get().status is RunState.DONE


def test_what_has_changed_by_then_refuses_it_and_nothing_is_done(later: Run) -> None:
    sql(later.target, "ALTER TABLE users ADD COLUMN surprise int")
    comes_due(later)

    runs.apply(str(later.pk))

    run = Run.objects.get()
    assert (run.status, run.error["code"]) == (RunState.FAILED, "drift")
    assert not run.events.exists()


def test_it_is_cancelled_before_it_begins(later: Run, world: World) -> None:
    runs.cancel(later, world.operator)
    comes_due(later)

    assert queues.runnable() == []
    assert Change.objects.get().status is not ChangeState.RUNNING


def test_nobody_waits_behind_what_is_put_off(
    later: Run, world: World, target: Target, make_change: MakeChange
) -> None:
    second = ready(make_change(target, NOTE), world)
    run = runs.start(second, world.operator, plan_hash=plan_hash(second))

    assert queues.ahead(run) == []
    assert queues.runnable() == [run]


def test_a_time_is_asked_for_on_the_page_and_has_to_come_yet(
    world: World, target: Target, make_change: MakeChange, sign_in: SignIn
) -> None:
    change = ready(make_change(target), world)
    client, address = sign_in("operator"), reverse("change-apply", args=[change.pk])
    assert 'type="datetime-local"' in (
        client.get(reverse("change", args=[change.pk])).content.decode()
    )
    form = {"plan": plan_hash(change)}
    for wrong in ("2001-01-01T00:00", "tomorrow", "9999-12-31T23:59"):
        client.post(address, {**form, "not_before": wrong})
    assert not Run.objects.exists()

    at = timezone.now() + timedelta(days=1)
    client.post(address, {**form, "not_before": f"{at:%Y-%m-%dT%H:%M}"})

    run = Run.objects.get()
    assert run.not_before == at.replace(second=0, microsecond=0)
    page = client.get(reverse("change", args=[change.pk])).content.decode()
    assert f"Its run {run.number} begins by itself at {at:%Y-%m-%d %H:%M} UTC." in page
