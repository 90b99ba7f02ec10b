from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from migrate_core.states import RunState
from studio.models import Artifact, Plan, Target
from studio.services import recovery, runs
from tests.studio.conftest import MakeChange, World, applied, ready
from tests.studio.services.test_runs import rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_soft_dropped_comes_back_equal(
    world: World, target: Target, make_change: MakeChange
) -> None:
    before = rows(target, "SELECT id, legacy_uuid FROM users ORDER BY id")
    applied(ready(make_change(target), world), world)
    artifact = Artifact.objects.get(target=target, status="kept")
    assert artifact.row_count == 500

    run = recovery.restore(artifact, world.operator)
    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.status is RunState.DONE, run.error
    assert rows(target, "SELECT id, legacy_uuid FROM users ORDER BY id") == before
    artifact.refresh_from_db()
    assert artifact.status == "restored"


def test_a_purge_destroys(world: World, target: Target, make_change: MakeChange) -> None:
    applied(ready(make_change(target), world), world)
    artifact = Artifact.objects.get(target=target, status="kept")

    run = recovery.purge(artifact, world.operator, reason="retention")
    runs.apply(str(run.pk))

    run.refresh_from_db()
    assert run.status is RunState.DONE, run.error
    artifact.refresh_from_db()
    assert artifact.status == "purged"


def test_two_clicks_at_once_rehearse_once(
    world: World, target: Target, make_change: MakeChange
) -> None:
    applied(ready(make_change(target), world), world)
    artifact = Artifact.objects.get(target=target, status="kept")
    together = Barrier(4)

    def click(_: int) -> int:
        together.wait(30)
        try:
            return recovery.rehearse(artifact, world.operator).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(click, range(4)))

    assert len(found) == 1
    assert Plan.objects.filter(change=None).count() == 1
