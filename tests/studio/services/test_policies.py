"""A policy has versions; what was approved under one is void under the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from migrate_core.errors import GateRefusedError
from migrate_core.files.policies import dumps
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy
from migrate_core.risk.windows import Freeze, Window, next_open
from migrate_core.states import ChangeState, RunState
from studio import pages
from studio.models import Attempt, Change, Environment, PolicyVersion, Run, Target
from studio.services import changes, gating, leases, policies, runs, wakeups
from studio.services.refusals import NotAllowedError, StaleError
from tests.studio.conftest import (
    FAILING,
    MakeChange,
    World,
    applied,
    asks,
    plan_hash,
    ready,
)
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.django_db(transaction=True)
STRICT = Policy(budget=40, approvals=1)


def save(world: World, policy: Policy, *, seen: int = 1, by: str = "admin") -> None:
    environment = Environment.objects.get(pk=world.production.pk)
    policies.save(environment, policy, world.people[by], seen=seen, note="tightened")


def window(opens: datetime, closes: datetime) -> Window:
    """From minute to minute of UTC; any day."""
    return Window(opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}")


def closed_now() -> Policy:
    """Its window opens in two hours, for an hour."""
    now = timezone.now()
    hours = window(now + timedelta(hours=2), now + timedelta(hours=3))
    return Policy(budget=60, approvals=1, windows=(hours,))


# Versions ---------------------------------------------------------------------------------------


def test_each_saving_is_a_version_with_who_and_why(world: World) -> None:
    save(world, STRICT)

    environment = Environment.objects.get(pk=world.production.pk)
    (version, changed), (first, _) = policies.history(environment)
    assert (version.number, version.author, version.note) == (2, world.admin, "tightened")
    assert [(c.what, c.before, c.after) for c in changed] == [("budget", "60", "40")]
    assert environment.policy == STRICT == version.value()
    assert first.value() == Policy(budget=60, approvals=1)
    attempt = Attempt.objects.get(action="change policy")
    assert (attempt.user, attempt.outcome) == (world.admin, "done")
    assert attempt.environment == environment
    assert attempt.reason == "tightened: budget: 60 → 40"


def test_only_an_admin_saves_one_and_a_refusal_is_on_the_record(world: World) -> None:
    for who in ("operator", "reviewer", "author", "auditor", "viewer"):
        with pytest.raises(NotAllowedError):
            save(world, STRICT, by=who)

    assert PolicyVersion.objects.filter(environment=world.production).count() == 1
    assert Attempt.objects.filter(action="change policy", outcome="refused").count() == 5


def test_what_another_admin_saved_meanwhile_is_not_overwritten(world: World) -> None:
    save(world, STRICT)

    with pytest.raises(StaleError, match="admin saved version 2 meanwhile"):
        save(world, Policy(budget=80), seen=1)
    with pytest.raises(StaleError, match="it says the same as version 2"):
        save(world, STRICT, seen=2)
    assert PolicyVersion.objects.filter(environment=world.production).count() == 2


@pytest.mark.parametrize("change", ["UPDATE {} SET text = ''", "DELETE FROM {}"])
def test_the_database_rewrites_no_version(world: World, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="policies are on the record"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format("studio_policyversion"))


# Approvals --------------------------------------------------------------------------------------


def test_a_new_policy_voids_an_approval_and_says_so_everywhere(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    assert change.status is ChangeState.APPROVED
    assert policies.binding(world.production) == 1

    save(world, Policy(budget=80, approvals=1))

    change = Change.objects.get(pk=change.pk)
    plan = changes.current_plan(change)
    assert plan is not None
    assert change.status is ChangeState.VERIFIED
    gate = gating.gates_of(change, plan)[5]
    assert gate.says == (
        "0 of 1; void: reviewer's, since the policy is version 2 by now, and was version 1"
    )
    note = Attempt.objects.get(change=change, action="change policy")
    assert note.reason == "version 2; void: the approvals of reviewer"
    with pytest.raises(GateRefusedError, match="approvals: closed"):
        runs.start(change, world.operator, plan_hash=plan.hash)

    changes.approve(change, world.reviewer, plan_hash=plan.hash)
    assert Change.objects.get(pk=change.pk).status is ChangeState.APPROVED


def test_what_runs_already_keeps_its_approvals(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)
    Change.objects.update(state=ChangeState.RUNNING)  # as a resume leaves it

    save(world, STRICT)

    assert not Attempt.objects.filter(change=run.change, action="change policy").exists()
    assert policies.binding(Environment.objects.get(pk=world.production.pk)) == 0


def test_the_level_of_the_plan_says_how_many_approve(
    world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, Policy(approvals_by_level={Level.MEDIUM: 2}))
    change = ready(make_change(target), world)
    assert change.status is ChangeState.VERIFIED  # one of two

    changes.approve(change, world.operator, plan_hash=plan_hash(change))

    assert Change.objects.get(pk=change.pk).status is ChangeState.APPROVED


def test_a_queued_run_is_asked_by_the_policy_of_when_it_begins(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    save(world, Policy(budget=80, approvals=1))

    shown = gating.of_queued(Run.objects.get(pk=run.pk), pages.plan_of(run.plan_id))
    runs.apply(str(run.pk))

    assert [gate.number for gate in shown if not gate.passes] == [6]
    run = Run.objects.get(pk=run.pk)
    assert (run.status, run.error["code"]) == (RunState.FAILED, "gate_refused")
    assert not run.events.exists()
    assert Change.objects.get(pk=change.pk).status is ChangeState.VERIFIED


def test_a_run_that_has_begun_is_resumed_with_the_approvals_it_began_with(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)
    assert run.status is RunState.FAILED
    assert run.policy_version == world.production.policy_version
    save(world, Policy(budget=80, approvals=3))  # nobody can approve half a run
    sql(target, "UPDATE users SET email = '20260101@example.com'")

    runs.resume(run, world.operator)
    runs.apply(str(run.pk))

    assert Run.objects.get(pk=run.pk).status is RunState.DONE
    change = Change.objects.get()
    plan = changes.current_plan(change)
    assert plan is not None
    assert [a.user for a in changes.valid_approvals(change, plan)] == [world.reviewer]


# Windows ----------------------------------------------------------------------------------------


def test_outside_the_window_it_is_not_begun_but_put_off_to_its_opening(
    world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, closed_now())
    change = ready(make_change(target), world)
    hashed = plan_hash(change)

    with pytest.raises(GateRefusedError, match="window and rules: closed"):
        runs.start(change, world.operator, plan_hash=hashed)
    run = runs.start(change, world.operator, plan_hash=hashed, in_window=True)

    assert run.not_before == next_open(world.production.policy.windows, (), timezone.now())
    assert pages.board_of(run).state == "scheduled"
    assert (
        f"as soon as the policy lets it, at {run.not_before:%Y-%m-%d %H:%M} UTC"
        in pages.board_of(run).says
    )
    assert all(gate.passes for gate in gating.of_queued(run, pages.plan_of(run.plan_id)))
    assert leases.take(str(run.pk)) is None


def test_a_time_outside_every_window_is_refused(
    world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, closed_now())
    change = ready(make_change(target), world)
    at = timezone.now() + timedelta(hours=5)

    with pytest.raises(GateRefusedError, match="window and rules: closed"):
        runs.start(change, world.operator, plan_hash=plan_hash(change), not_before=at)

    inside = timezone.now() + timedelta(hours=2, minutes=30)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change), not_before=inside)
    assert run.not_before == inside


def test_a_run_whose_window_has_closed_waits_for_the_next_and_says_so(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    Run.objects.filter(pk=run.pk).update(policy_version=None)
    closed = closed_now()
    # The window closed while it stood in the queue; who approved it knew the window.
    PolicyVersion.objects.create(environment=world.production, number=2, text=dumps(closed))
    newest = PolicyVersion.objects.get(number=2, environment=world.production)
    Environment.objects.filter(pk=world.production.pk).update(policy_version=newest)
    change.approvals.update(policy_version=newest)

    runs.apply(str(run.pk))

    run = Run.objects.get(pk=run.pk)
    opens = next_open(closed.windows, (), timezone.now())
    assert (run.status, run.window, run.not_before) == (RunState.QUEUED, "missed", opens)
    assert run.error is None
    assert not run.events.exists()
    assert wakeups.resend_waiting() == 0
    says = pages.board_of(run).says
    assert says.startswith("The policy's window was closed when its turn came, so it waits")
    assert Change.objects.get(pk=change.pk).status is ChangeState.RUNNING

    Run.objects.filter(pk=run.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    runs.apply(str(run.pk))  # woken too early: it waits again
    assert Run.objects.get(pk=run.pk).window == "missed"

    now = timezone.now()
    newest = policies.add(
        Environment.objects.get(pk=world.production.pk),
        Policy(approvals=1, windows=(window(now - timedelta(hours=1), now + timedelta(hours=1)),)),
        None,
        note="",
    )
    change.approvals.update(policy_version=newest)
    Run.objects.filter(pk=run.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    runs.apply(str(run.pk))
    assert Run.objects.get(pk=run.pk).status is RunState.DONE


def test_a_new_policy_moves_what_waits_for_a_window(
    world: World, target: Target, make_change: MakeChange
) -> None:
    asks(world.production, closed_now())
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change), in_window=True)

    now = timezone.now()
    later = window(now + timedelta(hours=4), now + timedelta(hours=5))
    save(world, Policy(budget=60, approvals=1, windows=(later,)), seen=2)

    moved = Run.objects.get(pk=run.pk).not_before
    assert moved == (now + timedelta(hours=4)).replace(second=0, microsecond=0)


def test_a_freeze_at_its_turn_refuses_it_and_says_who_and_why(
    world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    run = runs.start(change, world.operator, plan_hash=plan_hash(change))
    freeze = Freeze(
        begins=datetime.now(UTC) - timedelta(days=1),
        ends=datetime.now(UTC) + timedelta(days=1),
        reason="the shop is busy",
        owner="otto",
    )
    asks(world.production, Policy(budget=60, approvals=1, freezes=(freeze,)))

    runs.apply(str(run.pk))

    run = Run.objects.get(pk=run.pk)
    assert run.status is RunState.FAILED
    assert "by otto: the shop is busy" in run.error["message"]
    assert not run.events.exists()


def test_what_has_begun_goes_on_when_the_window_has_closed(
    world: World, target: Target, make_change: MakeChange
) -> None:
    """Its worker is lost half-way: the next one does not leave it half done until morning."""
    run = applied(ready(make_change(target, FAILING), world), world)
    asks(world.production, closed_now())
    sql(target, "UPDATE users SET email = '20260101@example.com'")
    # As the reconciler leaves a run whose worker is gone: nobody pressed anything.
    Run.objects.filter(pk=run.pk).update(
        state=RunState.QUEUED, lost_at=timezone.now(), error=None, lease=None
    )
    Change.objects.update(state=ChangeState.RUNNING)

    runs.apply(str(run.pk))

    assert Run.objects.get(pk=run.pk).status is RunState.DONE


def test_a_person_who_resumes_outside_the_window_waits_for_it(
    world: World, target: Target, make_change: MakeChange
) -> None:
    run = applied(ready(make_change(target, FAILING), world), world)
    asks(world.production, closed_now())
    sql(target, "UPDATE users SET email = '20260101@example.com'")

    runs.resume(run, world.operator)
    runs.apply(str(run.pk))

    run = Run.objects.get(pk=run.pk)
    assert (run.status, run.window) == (RunState.QUEUED, "missed")
