"""The gates of a change and of its runs: what is asked, by which policy, and refused."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils import timezone

from migrate_core.errors import GateRefusedError
from migrate_core.planning.gates import Circumstances, Gate, GateState, gates, refused
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.risk.policy import Policy
from migrate_core.states import RunState
from studio.models import Change, Environment, Plan, Run
from studio.services import changes, queues, verifications, windows


def circumstances(
    change: Change,
    plan: Plan,
    *,
    applier: str = "",
    consents: tuple[str, ...] = (),
    at: datetime | None = None,
) -> Circumstances:
    """Who said what about this plan, and what the target looked like when last seen.

    `at` None leaves the moment to whoever asks under the lock.
    """
    void = changes.void_approvals(change, plan)
    return Circumstances(
        consents=consents,
        verified=verifications.said(changes.verification_of(plan)),
        live_fingerprint=change.target.live_fingerprint or None,
        approvals=tuple(a.user.get_username() for a in changes.valid_approvals(change, plan)),
        void=tuple(f"{a.user.get_username()}'s, since {why}" for a, why in void),
        author=change.author.get_username() if change.author else "",
        applier=applier,
        at=at,
    )


def gates_of(
    change: Change,
    plan: Plan,
    *,
    applier: str = "",
    consents: tuple[str, ...] = (),
    at: datetime | None = None,
) -> tuple[Gate, ...]:
    """As they would answer `at` that time; now, where none is given."""
    at = at or timezone.now()
    now = circumstances(change, plan, applier=applier, consents=consents, at=at)
    found = gates(plan.value(), change.environment.policy, now)
    if not queues.is_busy(change.target):
        return found
    return tuple(LATER if gate.number == LATER.number else gate for gate in found)


# Behind another run the live schema is in motion: under the lock every gate is asked again.
LATER = Gate(number=5, name="Drift", state=GateState.NOT_ASKED, says="asked when its turn comes")


def check(found: tuple[Gate, ...]) -> None:
    closed = refused(found)
    if closed:
        names = ", ".join(gate.name.lower() for gate in closed)
        raise GateRefusedError(
            f"{names}: closed",
            detail=" ".join(f"{gate.name}: {gate.says}." for gate in closed),
            still_true="Nothing was started.",
            hint=" ".join(dict.fromkeys(gate.fix for gate in closed if gate.fix)),
        )


def policy_of_undo(environment: Environment) -> Policy:
    """It leads back to a schema that was: nothing to rehearse, and nobody to ask twice."""
    return msgspec.structs.replace(environment.policy, verify=False, approvals=0)


# In the worker ----------------------------------------------------------------------------------


def judged_by(run: Run) -> tuple[Policy, Circumstances]:
    """By which policy it is asked under the lock, and what it is asked of.

    What has begun goes on. A person who resumes it is asked everything again, with the approvals
    that were asked for when it began: nobody can approve half a run. Where it goes on by itself,
    windows and freezes are not asked: they say when a run may begin.
    """
    consents, name = tuple(run.consents), run.actor.get_username()
    if run.change is None:
        now, policy = Circumstances(applier=name, consents=consents), Policy(verify=False)
        if run.undoes is None:
            return policy, now  # a restore or a purge: by its preview, or the name typed
        policy = policy_of_undo(run.environment)
    else:
        now = circumstances(run.change, run.plan, applier=name, consents=consents)
        policy = run.environment.policy
    if run.policy_version and run.has_begun:
        policy = _with_approvals_of(policy, run.policy_version.value())
    if windows.goes_on_by_itself(run):
        policy = windows.at_any_time(policy)
    return policy, now


def of_queued(run: Run, plan: CorePlan) -> tuple[Gate, ...]:
    """What its gates will be asked when it begins, as they would answer then if nothing changed."""
    if run.status is not RunState.QUEUED or not (run.change or run.undoes):
        return ()
    policy, now = judged_by(run)
    begins = max(run.not_before or timezone.now(), timezone.now())
    found = gates(plan, policy, msgspec.structs.replace(now, at=begins))
    return tuple(LATER if gate.number == LATER.number else gate for gate in found)


def note_policy(run: Run) -> None:
    """On the record with the run, from its first step on."""
    if not run.has_begun:
        run.policy_version = run.environment.policy_version
        Run.objects.filter(pk=run.pk, lease=run.lease).update(policy_version=run.policy_version)


def _with_approvals_of(policy: Policy, began: Policy) -> Policy:
    return msgspec.structs.replace(
        policy, approvals=began.approvals, approvals_by_level=began.approvals_by_level
    )
