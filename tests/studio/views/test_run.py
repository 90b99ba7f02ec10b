"""A run's page without scripts: it reloads itself while something moves, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core.states import RunState
from studio import pages
from studio.models import Attempt, Run, RunEvent, Target
from studio.services import runs
from tests.studio.conftest import FAILING, MakeChange, World, applied, plan_hash, ready

REFRESH = 'http-equiv="refresh"'


@pytest.mark.django_db(transaction=True)
def test_a_reason_that_is_being_written_is_not_reloaded_away(
    sign_in: Callable[[str], Client], world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)
    operator, address = sign_in("operator"), reverse("run", args=[run.pk])

    stopped = operator.get(address)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    moving = operator.get(address)

    assertContains(stopped, "Close with drift")
    assertNotContains(stopped, REFRESH)
    assertContains(moving, REFRESH)


REWRITE = """
operations:
  - op: alterColumnType
    table: public.users
    column: email
    to: {type: character varying(20)}
"""


@pytest.mark.django_db(transaction=True)
def test_a_rewrite_is_cancelled_with_the_name_typed_and_a_reason(
    sign_in: Callable[[str], Client], world: World, target: Target, make_change: MakeChange
) -> None:
    """What it has written so far is thrown away; a click by mistake would cost hours."""
    change = ready(make_change(target, REWRITE), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    operator, cancel = sign_in("operator"), reverse("run-cancel", args=[run.pk])
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    idle = pages.draw(run.pk)
    RunEvent.objects.create(run=run, seq=1, at=timezone.now(), kind="step_running", step=1)

    page = operator.get(reverse("run", args=[run.pk]))
    by_mistake = operator.post(cancel, follow=True)
    misnamed = operator.post(cancel, {"typed": "another", "reason": "too long"}, follow=True)
    assert Run.objects.get().wanted == ""
    meant = operator.post(cancel, {"typed": target.name, "reason": "it takes too long"})

    assert pages.draw(run.pk).standing != idle.standing  # whoever watches gets the new dialog
    assertContains(page, "is written anew")
    for refused in (by_mistake, misnamed):
        assertContains(refused, "what was typed is not the target&#x27;s name")
    assert meant.status_code == 302
    assert Run.objects.get().wanted == Run.Wanted.CANCEL
    assert Attempt.objects.filter(action="cancel", reason="it takes too long").exists()
