from __future__ import annotations

import pytest

from migrate_core.states import RunState
from studio.models import Artifact, Target
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
