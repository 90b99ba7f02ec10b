"""Undoing by click: everything is said first, and it is a run of its own."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from migrate_core.risk.policy import Policy
from migrate_core.states import ChangeState, RunState
from studio.models import Attempt, Change, Run, Target
from studio.services import runs, targets, undo
from tests.auditor import audit
from tests.studio.conftest import FAILING, MakeChange, World, applied, asks, ready

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db(transaction=True)
ONE_WAY = """
operations:
  - {op: rawSql, sql: UPDATE public.users SET email = lower(email)}
"""


def connection(target: Target) -> psycopg.Connection:
    at = targets.endpoint(target)
    return psycopg.connect(
        host=at.host, port=at.port, user=at.user, password=at.password, dbname=at.dbname
    )


def pages(change: Change) -> tuple[str, str]:
    return reverse("change-undo", args=[change.pk]), reverse("change-undo-start", args=[change.pk])


def undone(client: Client, change: Change) -> Run | None:
    """Pressed as the page shows it, and driven as a worker would."""
    told = undo.tell(change)
    assert told.plan is not None
    given = {"plan": told.plan.hash, "reason": "not what we wanted"}
    client.post(pages(change)[1], given)
    run = Run.objects.filter(undoes=change).order_by("-number").first()
    if run is not None:
        runs.apply(str(run.pk))
        run.refresh_from_db()
    return run


def test_an_applied_change_is_undone_with_nothing_lost(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    with connection(target) as conn:
        before = conn.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall()
    change = make_change(target)
    first = applied(ready(change, world), world)
    change.refresh_from_db()
    dba = sign_in("operator")
    look, _ = pages(change)

    page = dba.get(look)
    assertContains(page, "comes back")
    assertContains(page, "public.users.legacy_uuid")
    assertContains(dba.get(reverse("change", args=[change.pk])), look)
    assertContains(dba.get(reverse("evidence", args=[first.pk])), look)
    run = undone(dba, change)

    assert run is not None
    assert (run.state, run.plan.direction) == (RunState.DONE, "down")
    change.refresh_from_db()
    first.refresh_from_db()
    assert (change.status, first.status) == (ChangeState.REVERTED, RunState.DONE)
    with connection(target) as conn:
        assert conn.execute("SELECT id, legacy_uuid FROM users ORDER BY id").fetchall() == before
        assert audit(conn, targets.evidence_key()) == []
    attempt = Attempt.objects.get(action="undo", outcome="done")
    assert (attempt.user, attempt.reason) == (world.operator, "not what we wanted")
    assertContains(dba.get(reverse("change", args=[change.pk])), f"run {run.number}")
    assertContains(dba.get(reverse("evidence", args=[run.pk])), "it undoes")
    assertContains(dba.get(look), "There is nothing to undo")


def test_a_run_that_failed_is_undone_and_closed(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, FAILING)
    failed = applied(ready(change, world), world)
    change.refresh_from_db()
    dba = sign_in("operator")

    assertContains(dba.get(reverse("run", args=[failed.pk])), "Undo its done steps")
    run = undone(dba, change)

    assert run is not None
    assert run.state == RunState.DONE
    failed.refresh_from_db()
    change.refresh_from_db()
    assert (failed.status, change.status) == (RunState.CLOSED, ChangeState.REVERTED)
    assert failed.closed_reason == f"undone by run {run.number}"
    with connection(target) as conn:
        states = conn.execute("SELECT direction, state FROM _zanith_runs ORDER BY started_at")
        assert states.fetchall() == [("up", "closed"), ("down", "done")]


def test_what_cannot_be_undone_says_so_and_nothing_is_queued(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, Policy(approvals=1))
    change = make_change(target, ONE_WAY)
    applied(ready(change, world), world)
    look, press = pages(change)
    dba = sign_in("operator")

    page = dba.get(look)
    dba.post(press, {"plan": "", "reason": "x"})

    assertContains(page, "It cannot be undone")
    assertContains(page, "nothing undoes step 1 (rawSql")
    assert not Run.objects.filter(undoes=change).exists()
    assert Attempt.objects.get(action="undo").outcome == "refused"


def test_another_plan_than_was_told_or_no_reason_is_refused(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    applied(ready(change, world), world)
    _, press = pages(change)
    change.refresh_from_db()
    told = undo.tell(change)
    assert told.plan is not None
    dba = sign_in("operator")

    dba.post(press, {"plan": "0" * 64, "reason": "x"})
    dba.post(press, {"plan": told.plan.hash, "reason": " "})

    assert not Run.objects.filter(undoes=change).exists()


def test_only_who_may_apply_is_offered_it(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target)
    run = applied(ready(change, world), world)
    look, press = pages(change)

    for name in ("viewer", "author", "reviewer", "admin"):
        client = sign_in(name)
        assertNotContains(client.get(look), press)
        assertNotContains(client.get(reverse("evidence", args=[run.pk])), look)
        assert client.post(press).status_code == 403
    assert sign_in("operator").get(press).status_code == 405
    assert sign_in("stranger").get(look).status_code == 404


def test_a_run_whose_undoing_stopped_half_way_is_not_resumed(
    sign_in: SignIn, world: World, target: Target, make_change: MakeChange
) -> None:
    change = make_change(target, FAILING)
    failed = applied(ready(change, world), world)
    change.refresh_from_db()
    told = undo.tell(change)
    assert told.plan is not None
    other = undo.start(change, world.operator, plan_hash=told.plan.hash, reason="x")
    Run.objects.filter(pk=other.pk).update(state=RunState.FAILED)

    sign_in("operator").post(reverse("run-resume", args=[failed.pk]))

    failed.refresh_from_db()
    assert failed.status is RunState.FAILED
    assert Attempt.objects.get(action="resume").outcome == "refused"
