"""A run's page without scripts: it reloads itself while something moves, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core.states import RunState
from studio.models import Run, Target
from tests.studio.conftest import FAILING, MakeChange, World, applied, ready

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
