"""A restore is rehearsed on the shadow before the click, and its page says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core.states import RunState
from migrate_core.verify.parked import NOT_KNOWN
from studio.models import Artifact, Attempt, Plan, Run, Target, Verification
from studio.models.changes import Work
from studio.services import runs, targets, verifications
from tests.studio.conftest import DDL, MakeChange, MakeTarget, World, applied, finished, ready
from tests.studio.services.test_changes import sql
from tests.studio.services.test_runs import rows

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
LEANING = (
    "CREATE FUNCTION public.half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n / 2';"
    "ALTER TABLE public.users ADD age integer;"
    "CREATE VIEW public.halves AS SELECT id, public.half(age) + 1 AS half FROM public.users;"
)
DROP = """
operations:
  - op: softDropColumn
    table: public.users
    column: age
"""
UNFIT = (
    "DROP FUNCTION public.half(integer)",
    "CREATE FUNCTION public.half(n integer) RETURNS text LANGUAGE sql AS 'SELECT n::text'",
)
FIT = (
    "DROP FUNCTION public.half(integer)",
    "CREATE FUNCTION public.half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n / 2'",
)


@pytest.fixture
def artifact(world: World, make_target: MakeTarget, make_change: MakeChange) -> Artifact:
    """users.age, and a view with it that calls a function."""
    target = make_target(DDL + LEANING)
    applied(ready(make_change(target, DROP), world), world)
    return Artifact.objects.get(target=target, status="kept")


@pytest.fixture
def unfit(artifact: Artifact, world: World) -> Artifact:
    """The view comes back with it, and adds 1 to what is a text by now."""
    by_hand(artifact.target, world, UNFIT)
    return artifact


def by_hand(target: Target, world: World, statements: tuple[str, ...]) -> None:
    for statement in statements:
        sql(target, statement)
    targets.adopt(target, world.admin)


def page_of(client: Client, artifact: Artifact, **query: str) -> Any:
    return client.get(reverse("artifact", args=[artifact.pk]), query)


def asked(client: Client, artifact: Artifact, **given: str) -> Verification:
    answer = client.post(reverse("artifact-rehearse", args=[artifact.pk]), given)
    assert answer.status_code == 302
    assert "#" not in answer["Location"]  # without JavaScript the page would not look again
    return Verification.objects.latest("pk")


def rehearsed(client: Client, artifact: Artifact, **given: str) -> Verification:
    """What a worker does with it."""
    row = asked(client, artifact, **given)
    verifications.rehearse(row.pk)
    row.refresh_from_db()
    finished(row)
    return row


def test_the_page_says_whether_the_restore_was_rehearsed(
    sign_in: SignIn, artifact: Artifact
) -> None:
    client = sign_in("operator")
    before = page_of(client, artifact)
    row = rehearsed(client, artifact)
    after = page_of(client, artifact)

    assertContains(before, "Rehearsal of the restore: none yet.")
    assertContains(before, reverse("artifact-rehearse", args=[artifact.pk]))
    assert (row.work, row.ok, row.error) == (Work.DONE, True, None)
    assertContains(after, "Rehearsal of the restore: nothing left over")
    assertContains(after, "the schema that the restore leads to")
    assertContains(after, "Stages of the rehearsal")
    assertContains(after, "_zanith_dropped_age")
    assertContains(after, NOT_KNOWN)
    assertContains(after, "Rehearse again")
    attempt = Attempt.objects.filter(action="rehearse restore").get()
    assert (str(attempt.user), attempt.outcome) == ("operator", "done")


def test_what_was_rehearsed_is_what_runs(sign_in: SignIn, artifact: Artifact) -> None:
    client = sign_in("operator")
    row = rehearsed(client, artifact)
    client.post(reverse("artifact-restore", args=[artifact.pk]))
    run = Run.objects.latest("number")
    runs.apply(str(run.pk))
    run.refresh_from_db()
    over = page_of(client, artifact)

    assert run.plan.hash == row.plan_hash
    assert run.status is RunState.DONE, run.error
    assertNotContains(over, "Rehearsal")
    assertNotContains(over, reverse("artifact-rehearse", args=[artifact.pk]))
    again = client.post(reverse("artifact-rehearse", args=[artifact.pk]))
    assert again.status_code == 302
    assert Verification.objects.filter(plan__change=None).count() == 1


def test_a_rehearsal_that_failed_is_in_the_way_until_its_cause_is_mended(
    sign_in: SignIn, unfit: Artifact, world: World
) -> None:
    client = sign_in("operator")
    row = rehearsed(client, unfit)
    failed = page_of(client, unfit)
    client.post(reverse("artifact-restore", args=[unfit.pk]))
    refused = page_of(client, unfit)

    assert row.ok is False
    assertContains(failed, "Rehearsal of the restore: it failed.")
    assertContains(failed, "operator does not exist: text + integer")
    assertContains(failed, "See the rehearsal")
    assertNotContains(failed, f'action="{reverse("artifact-restore", args=[unfit.pk])}"')
    assertContains(refused, "failed where it was rehearsed")
    assert Run.objects.filter(change=None).count() == 0

    by_hand(unfit.target, world, FIT)
    mended = page_of(client, unfit)
    client.post(reverse("artifact-restore", args=[unfit.pk]))
    run = Run.objects.latest("number")
    runs.apply(str(run.pk))
    run.refresh_from_db()

    assertContains(mended, "from another live schema than the one that is there now")
    assert run.status is RunState.DONE, run.error
    assert rows(unfit.target, "SELECT count(*) FROM halves") == [(500,)]


def test_under_another_name_it_is_another_plan_and_another_rehearsal(
    sign_in: SignIn, unfit: Artifact
) -> None:
    client = sign_in("operator")
    rehearsed(client, unfit)
    under = rehearsed(client, unfit, under="age_before")
    own = page_of(client, unfit)
    other = page_of(client, unfit, under="age_before")

    assert under.ok is True
    assertContains(own, "Rehearsal of the restore: it failed.")
    assertContains(other, "Rehearsal of the restore: nothing left over")
    assertContains(other, f'action="{reverse("artifact-restore", args=[unfit.pk])}"')


def test_a_second_click_asks_for_nothing_more(sign_in: SignIn, artifact: Artifact) -> None:
    client = sign_in("operator")
    first = asked(client, artifact)
    second = asked(client, artifact)

    assert first == second
    assert Plan.objects.filter(change=None).count() == 1


def test_while_it_goes_on_the_page_looks_again_by_itself(
    sign_in: SignIn, artifact: Artifact
) -> None:
    client = sign_in("operator")
    row = asked(client, artifact)
    Verification.objects.filter(pk=row.pk).update(work=Work.RUNNING)
    going_on = page_of(client, artifact)
    fragment = client.get(reverse("rehearsal", args=[row.pk]))
    Verification.objects.filter(pk=row.pk).update(work=Work.QUEUED)
    verifications.rehearse(row.pk)
    over = client.get(reverse("rehearsal", args=[row.pk]))

    for shown in (going_on, fragment):
        assertContains(shown, f'hx-get="{reverse("rehearsal", args=[row.pk])}"')
        assertContains(shown, "rehearsing")
    assertContains(going_on, '<noscript><meta http-equiv="refresh"')
    assertNotContains(going_on, reverse("artifact-rehearse", args=[artifact.pk]))
    assertContains(over, 'hx-select="#artifact"')
    assertContains(over, "Nothing left over")


def test_who_may_not_apply_sees_it_and_cannot_ask_for_it(
    sign_in: SignIn, artifact: Artifact
) -> None:
    rehearsed(sign_in("operator"), artifact)
    for role in ("viewer", "author", "reviewer", "auditor", "admin"):
        client = sign_in(role)
        page = page_of(client, artifact)
        refused = client.post(reverse("artifact-rehearse", args=[artifact.pk]))
        assertContains(page, "Rehearsal of the restore: nothing left over")
        assertNotContains(page, reverse("artifact-rehearse", args=[artifact.pk]))
        assert refused.status_code == 403
    assert (
        sign_in("operator").get(reverse("artifact-rehearse", args=[artifact.pk])).status_code == 405
    )
    assert Verification.objects.filter(plan__change=None).count() == 1


def test_a_right_that_was_lost_while_it_waited_is_asked_for_again(
    sign_in: SignIn, artifact: Artifact, world: World
) -> None:
    row = asked(sign_in("operator"), artifact)
    world.operator.memberships.all().delete()
    verifications.rehearse(row.pk)
    row.refresh_from_db()

    assert row.ok is False
    assert row.error["code"] == "not_allowed"


def test_a_shadow_that_does_not_answer_stands_in_nobodys_way(
    sign_in: SignIn, artifact: Artifact, settings: Any
) -> None:
    """It says something of the shadow, and nothing of the restore."""
    settings.SHADOW_URL = "postgresql://nobody@127.0.0.1:1/nowhere"
    client = sign_in("operator")
    row = rehearsed(client, artifact)
    page = page_of(client, artifact)

    assert row.ok is False
    assertContains(page, "Rehearsal of the restore: it could not be held.")
    assertContains(page, f'action="{reverse("artifact-restore", args=[artifact.pk])}"')


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SHADOW_URL", "", "No shadow server is configured"),
        ("SHADOW_SHAPE", "schema", "cannot rehearse what gives back parked objects"),
    ],
)
def test_without_a_shadow_that_can_the_button_says_why(
    sign_in: SignIn, artifact: Artifact, settings: Any, name: str, value: str, says: str
) -> None:
    setattr(settings, name, value)
    client = sign_in("operator")
    page = page_of(client, artifact)

    assertContains(page, says)
    assertNotContains(page, f'action="{reverse("artifact-rehearse", args=[artifact.pk])}"')


def test_a_change_whose_rehearsal_it_is_not_is_not_shown_as_one(
    sign_in: SignIn, target: Target, make_change: MakeChange, world: World
) -> None:
    change = make_change(target)
    row = verifications.queue(change, world.author)

    assert sign_in("author").get(reverse("rehearsal", args=[row.pk])).status_code == 404
