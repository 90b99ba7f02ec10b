from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu.exceptions import OperationalError

from migrate_core.ledger import advisory
from migrate_core.pg.connect import apply_session
from migrate_core.states import RunState
from studio import reconciler
from studio.models import Run, Target
from studio.services import leases, runs, targets
from tests.studio.conftest import MakeChange, World, plan_hash, ready

pytestmark = pytest.mark.django_db(transaction=True)


def silenced(run: Run) -> Run:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=30))
    return Run.objects.get(pk=run.pk)


def taken(world: World, target: Target, make_change: MakeChange) -> Run:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    found = leases.take(str(run.pk))
    assert found is not None
    return found


def test_a_silent_run_whose_backend_still_works_is_not_lost(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = silenced(taken(world, target, make_change))
    endpoint = targets.endpoint(target)
    with apply_session(endpoint, f"zanith/{run.pk}/1") as conn:
        number = advisory.key(conn)
        assert advisory.try_lock(conn, number)

        reconciler.look_once()

        run.refresh_from_db()
        assert run.status is RunState.RUNNING
        assert run.orphan_pid == conn.info.backend_pid


def test_a_run_with_a_heartbeat_is_left_alone(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = taken(world, target, make_change)

    reconciler.look_once()

    run.refresh_from_db()
    assert run.status is RunState.RUNNING


def test_what_nobody_took_is_sent_again(
    world: World, target: Target, make_change: MakeChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    Run.objects.filter(pk=run.pk).update(sent_at=timezone.now() - timedelta(minutes=1))
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, arguments: sent.append(arguments[0]))

    reconciler.look_once()
    reconciler.look_once()

    assert sent == [str(run.pk)]


def test_a_broker_that_is_away_loses_nothing(
    world: World, target: Target, make_change: MakeChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, arguments: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
    change = ready(make_change(target), world)

    run = runs.start(change, world.operator, plan_hash=plan_hash(change))

    assert Run.objects.get(pk=run.pk).status is RunState.QUEUED
