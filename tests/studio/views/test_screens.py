"""What each screen shows of what is there; who may see it is test_permissions' affair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from migrate_core.risk.policy import Policy
from migrate_core.states import ChangeState, RunState
from studio.models import Artifact, Change, Run, Target, Verification
from studio.services import changes, runs, verifications
from tests.studio.conftest import (
    FAILING,
    PLAIN_DROP,
    MakeChange,
    MakeTarget,
    World,
    applied,
    asks,
    migration,
    plan_hash,
    ready,
    replanned,
    verified,
)
from tests.studio.services.test_changes import sql

SignIn = Callable[[str], Client]


# Signing in -------------------------------------------------------------------------------------


def test_a_page_asks_to_sign_in_and_comes_back(world: World) -> None:
    assertRedirects(Client().get("/changes?q=x"), "/sign-in?next=/changes%3Fq%3Dx")


def test_a_password_signs_in(world: World) -> None:
    User.objects.create_user("eve", password="a long enough one")
    client = Client()
    assert client.post("/sign-in", {"username": "eve", "password": "wrong"}).status_code == 401

    given = {"username": "eve", "password": "a long enough one", "next": "/changes"}
    assertRedirects(client.post("/sign-in", given), "/changes")


def test_signing_in_leads_nowhere_else(world: World) -> None:
    response = Client().post("/sign-in/as/author", {"next": "https://evil.example/"})
    assertRedirects(response, "/", fetch_redirect_response=False)


def test_the_theme_is_kept(world: World) -> None:
    client = Client()
    client.post("/theme", {"theme": "dark"})
    assertContains(client.get("/sign-in"), 'data-theme="dark"')
    client.post("/theme", {"theme": "purple"})
    assertContains(client.get("/sign-in"), 'data-theme="dark"')


# Changes ----------------------------------------------------------------------------------------


def test_filters_live_in_the_url(sign_in: SignIn, target: Target, make_change: MakeChange) -> None:
    change = make_change(target)
    client = sign_in("viewer")

    assertContains(client.get("/changes?q=%231"), change.title)
    assertContains(client.get("/changes?state=planned&environment=prod"), change.title)
    for query in ("q=%232", "q=nothing+like+it", "state=applied", "environment=dev"):
        assertNotContains(client.get(f"/changes?{query}"), change.title)
    assertContains(client.get("/changes?state=no-such&sort=no-such"), change.title)


def test_a_change_shows_steps_gates_and_what_would_cross_the_line(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, PLAIN_DROP)

    response = sign_in("author").get(reverse("change", args=[change.pk]))

    assertContains(response, "Over budget: 80 of 60")
    assertContains(response, "Make it safe")
    assertContains(response, "drops_column_with_data")
    assertContains(response, "ALTER TABLE")


def test_names_of_strangers_are_text(sign_in: SignIn, world: World, target: Target) -> None:
    sql(target, 'ALTER TABLE users ADD COLUMN "<script>alert(1)</script>" text')
    text = PLAIN_DROP.replace("legacy_uuid", '"<script>alert(1)</script>"')
    change = replanned(changes.create(target, migration(text), world.author))

    for tab in ("operations", "sql", "schema", "locks", "evidence", "activity"):
        response = sign_in("viewer").get(reverse("change-tab", args=[change.pk, tab]))
        assertNotContains(response, "<script>alert")


def test_a_refused_approval_stays_on_the_page(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    client = sign_in("reviewer")

    response = client.post(
        reverse("change-approve", args=[change.pk]), {"plan": plan_hash(change)}, follow=True
    )

    assertContains(response, "the plan was not rehearsed yet")
    assertContains(response, "Verify it first.")
    assertNotContains(client.get(reverse("change", args=[change.pk])), "was not rehearsed yet")


def test_a_text_that_does_not_load_is_not_lost(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)

    response = sign_in("author").post(
        reverse("change-edit", args=[change.pk]), {"text": "operations:\n  - op: fly # mine\n"}
    )

    assertContains(response, "unknown operation kind")
    assertContains(response, "fly # mine")


def test_losing_data_asks_for_its_name(
    sign_in: SignIn, world: World, make_target: MakeTarget, make_change: MakeChange
) -> None:
    asks(world.production, Policy(approvals=1))
    change = ready(make_change(make_target(), PLAIN_DROP), world)
    client, address = sign_in("operator"), reverse("change-apply", args=[change.pk])
    given = {"plan": plan_hash(change), "reason": "not used"}

    response = client.post(address, {**given, "typed": "something else"}, follow=True)
    assertContains(response, "what was typed is not the name of what is lost")
    assert not Run.objects.exists()

    client.post(address, {**given, "typed": "public.users.legacy_uuid"})
    assert Run.objects.get().consents == ["public.users.legacy_uuid"]


def test_a_rehearsal_with_rows_is_asked_for_on_the_page_and_its_counts_are_shown(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    page = reverse("change-tab", args=[change.pk, "evidence"])
    assertNotContains(sign_in("author").get(page), "Rehearse with rows")
    client = sign_in("operator")
    assertContains(client.get(page), "Rehearse with rows")

    client.post(reverse("change-verify", args=[change.pk]), {"rows": "3"})
    row = Verification.objects.get(plan__change=change)
    assert (row.rows, row.keep) == (3, False)
    verifications.rehearse(row.pk)

    shown = client.get(page)
    assertContains(shown, "Rows the plan met")
    assertContains(shown, "owners and privileges")


def test_the_evidence_holds_the_rehearsal(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = verified(make_change(target), world.author)

    response = sign_in("auditor").get(reverse("change-tab", args=[change.pk, "evidence"]))

    assertContains(response, "Nothing left over")
    assertContains(response, "ACCESS EXCLUSIVE")
    assertContains(response, "It was not asked")  # it was written by hand, not declared


def test_the_migration_and_its_sql_can_be_taken_along(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    client = sign_in("viewer")

    assertContains(client.get(reverse("change-text", args=[change.pk])), "op: softDropColumn")
    assertContains(client.get(reverse("change-script", args=[change.pk])), "-- step 2: softDrop")


# Runs, recovery, history --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_finished_run_is_shown_everywhere(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target), world), world)
    artifact = Artifact.objects.get()
    client = sign_in("auditor")

    assertContains(client.get("/runs"), run.title)
    page = client.get(reverse("run", args=[run.pk]))
    assertContains(page, "as the plan leaves it")
    assertContains(page, artifact.physical_name)
    assertNotContains(page, "sse-connect")
    assertContains(client.get(reverse("run-board", args=[run.pk])), "run done")
    assertContains(client.get("/history"), run.title)
    evidence = client.get(reverse("evidence", args=[run.pk]))
    assertContains(evidence, run.plan.hash)
    assertContains(evidence, "reviewer")
    assertContains(client.get("/recovery"), "public.users.legacy_uuid")
    assertContains(client.get(reverse("artifact", args=[artifact.pk])), "RENAME COLUMN")
    assertNotContains(client.get(reverse("artifact", args=[artifact.pk])), "Purge")
    snapshots = reverse("snapshots-compare", args=[target.pk])
    compared = client.get(f"{snapshots}?a={run.plan.base_fingerprint}&b=live")
    assertContains(compared, "last_login")


@pytest.mark.django_db(transaction=True)
def test_a_failed_run_says_what_postgresql_said_and_what_is_still_true(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)

    page = sign_in("operator").get(reverse("run", args=[run.pk]))

    assertContains(page, "22007")
    assertContains(page, "invalid input syntax for type date")
    assertContains(page, "1 of 3 steps done. Lock released. Resume starts at step 2.")
    assertContains(page, "Close with drift")


@pytest.mark.django_db(transaction=True)
def test_giving_up_asks_for_the_targets_name(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)
    client, address = sign_in("operator"), reverse("run-close", args=[run.pk])

    client.post(address, {"typed": "no", "reason": "x"})
    assert Run.objects.get().status is RunState.FAILED
    client.post(address, {"typed": target.name, "reason": "not wanted"})
    assert Run.objects.get().status is RunState.CLOSED
    assert Change.objects.get().status is ChangeState.CLOSED


def test_a_queued_run_is_live_and_can_be_cancelled(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    page = sign_in("operator").get(reverse("run", args=[run.pk]))

    assertContains(page, f'sse-connect="/runs/{run.pk}/stream"')
    assertContains(page, '<meta http-equiv="refresh" content="2">')
    assertContains(page, "Cancel now")
    assertNotContains(sign_in("author").get(reverse("run", args=[run.pk])), "Cancel now")


# Targets ------------------------------------------------------------------------------------------


def form(target: Target, **changed: object) -> dict[str, object]:
    return {
        "environment": target.environment_id, "name": "another", "host": target.host,
        "port": target.port, "dbname": target.dbname, "user": target.user,
        "sslmode": target.sslmode, "password": "canary-secret", **changed,
    }  # fmt: skip


def test_a_connection_is_tried_without_being_kept(sign_in: SignIn, target: Target) -> None:
    response = sign_in("admin").post("/targets/add", {**form(target, port=1), "try": "1"})

    assertContains(response, "Nothing answers at that host and port.")
    assertNotContains(response, "canary-secret")
    assert Target.objects.count() == 1


def test_another_address_asks_for_the_password_again(sign_in: SignIn, target: Target) -> None:
    client, address = sign_in("admin"), reverse("target-edit", args=[target.pk])

    moved = client.post(address, form(target, name=target.name, port=1, password=""))
    assertContains(moved, "The password of this connection is needed.")
    renamed = client.post(address, form(target, name="renamed", password=""))
    assertRedirects(renamed, reverse("target", args=[target.pk]))


def test_an_adopted_target_has_a_baseline(sign_in: SignIn, target: Target) -> None:
    client = sign_in("admin")
    client.post(reverse("target-adopt", args=[target.pk]))

    sql(target, "ALTER TABLE users ADD COLUMN surprise int")
    page = client.get(reverse("target", args=[target.pk]))
    assertContains(page, "It has drifted")
    assertContains(page, "table public.users")


def test_a_target_that_is_away_says_so(sign_in: SignIn, target: Target) -> None:
    Target.objects.filter(pk=target.pk).update(host="/nowhere")

    page = sign_in("viewer").get(reverse("target", args=[target.pk]))
    assertContains(page, "It cannot be reached now")
    snapshots = sign_in("viewer").get(reverse("snapshots-compare", args=[target.pk]))
    assertContains(snapshots, "This page cannot be shown now", status_code=503)
