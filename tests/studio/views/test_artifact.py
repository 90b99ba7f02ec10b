"""The pages of what is kept: what is said before a click, and what a click does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core.states import RunState
from studio.models import Artifact, Attempt, Run, Target
from studio.services import runs, targets
from tests.studio.conftest import MakeChange, World, applied, ready
from tests.studio.services.test_changes import sql
from tests.studio.services.test_runs import rows

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
COUNT = "SELECT count(*) FROM users WHERE legacy_uuid IS NOT NULL"


@pytest.fixture
def artifact(world: World, target: Target, make_change: MakeChange) -> Artifact:
    applied(ready(make_change(target), world), world)
    return Artifact.objects.get(target=target, status="kept")


@pytest.fixture
def taken(artifact: Artifact, world: World) -> Artifact:
    """The column's name is taken again, and two rows hold a value of their own."""
    sql(artifact.target, "ALTER TABLE users ADD legacy_uuid uuid")
    sql(artifact.target, "UPDATE users SET legacy_uuid = gen_random_uuid() WHERE id <= 2")
    targets.adopt(artifact.target, world.admin)
    return artifact


def do(client: Client, artifact: Artifact, verb: str, **given: str) -> None:
    client.post(reverse(f"artifact-{verb}", args=[artifact.pk]), given)


def driven() -> Run:
    run = Run.objects.order_by("number").last()
    assert run is not None
    runs.apply(str(run.pk))
    run.refresh_from_db()
    return run


def test_a_name_that_is_taken_offers_to_put_the_values_back(
    sign_in: SignIn, taken: Artifact
) -> None:
    page = sign_in("operator").get(reverse("artifact", args=[taken.pk]))

    assertContains(page, "It cannot be restored now")
    assertContains(page, "Or put its values into what is there now")
    assertContains(page, "rows with another value, conflicting")
    assertContains(page, "Put back 498 rows")
    assertContains(page, "Put back and overwrite 2")
    assertContains(page, "1; 2")
    assertContains(page, "UPDATE")


def test_who_may_not_apply_gets_no_button(sign_in: SignIn, taken: Artifact) -> None:
    for role in ("viewer", "author", "auditor"):
        page = sign_in(role).get(reverse("artifact", args=[taken.pk]))
        assertNotContains(page, reverse("artifact-reseed", args=[taken.pk]))
        do(sign_in(role), taken, "reseed")
    assert rows(taken.target, COUNT) == [(2,)]
    assert Run.objects.count() == 1


def test_one_click_fills_what_is_lacking_and_keeps_what_is_kept(
    sign_in: SignIn, taken: Artifact
) -> None:
    do(sign_in("operator"), taken, "reseed")
    run = driven()

    assert run.status is RunState.DONE, run.error
    assert rows(taken.target, COUNT) == [(500,)]
    taken.refresh_from_db()
    assert taken.status == "kept"
    differing = f"SELECT count(*) FROM users WHERE legacy_uuid <> {parked(taken)}"
    assert rows(taken.target, differing) == [(2,)]


def test_overwriting_wants_the_name_and_a_reason(sign_in: SignIn, taken: Artifact) -> None:
    client = sign_in("operator")
    do(client, taken, "reseed", overwrite="yes")
    do(client, taken, "reseed", overwrite="yes", typed="users", reason="why not")
    do(client, taken, "reseed", overwrite="yes", typed=taken.source)
    assert Run.objects.count() == 1

    do(client, taken, "reseed", overwrite="yes", typed=taken.source, reason="wrong import")
    run = driven()

    assert run.status is RunState.DONE, run.error
    differing = f"SELECT count(*) FROM users WHERE legacy_uuid IS DISTINCT FROM {parked(taken)}"
    assert rows(taken.target, differing) == [(0,)]
    attempt = Attempt.objects.filter(action="reseed").latest("pk")
    assert attempt.reason == "wrong import"


def test_a_purge_without_the_typed_name_changes_nothing(
    sign_in: SignIn, artifact: Artifact
) -> None:
    client = sign_in("operator")
    for given in (
        {},
        {"typed": ""},
        {"typed": "legacy_uuid", "reason": "space"},
        {"typed": artifact.source.upper(), "reason": "space"},
        {"typed": artifact.source},
        {"reason": "space"},
    ):
        do(client, artifact, "purge", **given)
    assert Run.objects.count() == 1
    assert rows(artifact.target, f"SELECT count({parked(artifact)}) FROM users") == [(500,)]

    do(client, artifact, "purge", typed=artifact.source, reason="space")
    run = driven()

    assert run.status is RunState.DONE, run.error
    artifact.refresh_from_db()
    assert artifact.status == "purged"
    attempt = Attempt.objects.filter(action="purge").latest("pk")
    assert (attempt.reason, str(attempt.user)) == ("space", "operator")


def test_what_expires_is_said_on_both_pages(sign_in: SignIn, artifact: Artifact) -> None:
    client = sign_in("viewer")
    said = {
        timedelta(days=3): ("It expires on", "expires soon", "1 expires within 7 days"),
        timedelta(days=-3): ("It is in its grace until", "in grace", "1 in its 7 days of grace"),
        timedelta(days=-9): ("Its grace ended on", "overdue", "1 past its grace"),
    }
    for away, (notice, pill, figure) in said.items():
        expire(artifact, away)
        assertContains(client.get(reverse("artifact", args=[artifact.pk])), notice)
        for status in ("kept", "expiring"):
            page = client.get(f"/recovery?status={status}")
            assertContains(page, pill)
            assertContains(page, figure)
    expire(artifact, timedelta(days=20))
    assertNotContains(client.get("/recovery?status=expiring"), artifact.source)
    assertNotContains(client.get("/recovery"), "Some of it has expired")


def parked(artifact: Artifact) -> str:
    return artifact.physical_name.rpartition(".")[2]


def expire(artifact: Artifact, away: timedelta) -> None:
    """In the ledger, from which the page mirrors it again; the ledger refuses to be told so."""
    table = "_zanith_migration_artifacts"
    sql(artifact.target, f"ALTER TABLE {table} DISABLE TRIGGER _zanith_forward")
    sql(artifact.target, f"UPDATE {table} SET expires_at = now() + interval '{away.days} days'")
    sql(artifact.target, f"ALTER TABLE {table} ENABLE TRIGGER _zanith_forward")
    Artifact.objects.update(expires_at=timezone.now() + away)


def test_it_comes_back_under_another_name(sign_in: SignIn, taken: Artifact) -> None:
    """What is shown and what is pressed are of the name that was asked for."""
    client = sign_in("operator")

    page = client.get(reverse("artifact", args=[taken.pk]), {"under": "legacy_uuid_before"})
    do(client, taken, "restore", under="legacy_uuid_before")
    run = driven()

    assertContains(page, "Restore public.users.legacy_uuid as legacy_uuid_before")
    assertContains(page, 'name="under" value="legacy_uuid_before"')
    assertNotContains(page, "It cannot be restored now")
    assert (run.state, run.title) == (
        RunState.DONE,
        "Restore public.users.legacy_uuid as legacy_uuid_before",
    )
    kept = "SELECT count(*) FROM users WHERE legacy_uuid_before IS NOT NULL"
    assert rows(taken.target, kept) == [(500,)]
    assert rows(taken.target, COUNT) == [(2,)]


@pytest.mark.parametrize(
    "under", ["id", "_zanith_mine", "x" * 64, "no\0ne", "''\"; DROP TABLE users"]
)
def test_a_name_that_cannot_be_is_told_on_the_page(
    sign_in: SignIn, taken: Artifact, under: str
) -> None:
    client = sign_in("operator")

    page = client.get(reverse("artifact", args=[taken.pk]), {"under": under})
    answer = client.post(reverse("artifact-restore", args=[taken.pk]), {"under": under})

    assert page.status_code == 200
    assert answer.status_code in {302, 409, 422}, answer.status_code


def test_the_title_of_a_run_is_cut_where_names_are_long(
    sign_in: SignIn, artifact: Artifact
) -> None:
    source = ".".join(("s" * 63, "t" * 63, "c" * 63))
    Artifact.objects.filter(pk=artifact.pk).update(source=source)

    do(sign_in("operator"), artifact, "restore", under="u" * 63)

    assert len(Run.objects.latest("number").title) == 200
