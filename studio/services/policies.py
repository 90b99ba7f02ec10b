"""Policies: version by version, each on the record; what was approved under another is void."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from migrate_core.files.policies import dumps
from migrate_core.risk.policy import Policy
from migrate_core.risk.policy_changes import PolicyChange
from migrate_core.risk.policy_changes import changes as differences
from migrate_core.risk.windows import next_open
from migrate_core.states import ChangeState, RunState
from studio.models import Attempt, Change, Environment, PolicyVersion, Run
from studio.permissions import Action
from studio.services import audit, changes, wakeups
from studio.services.announcements import announce
from studio.services.refusals import StaleError

SAVE = "change policy"
UNDER_REVIEW = (
    ChangeState.DRAFT,
    ChangeState.PLANNED,
    ChangeState.VERIFIED,
    ChangeState.APPROVED,
    ChangeState.RUNNING,
)


def save(environment: Environment, policy: Policy, user: Any, *, seen: int, note: str) -> None:
    """A new version, if it says something else than `seen`, the one that was looked at.

    Raises:
        StaleError: it says the same, or somebody saved another one meanwhile.
    """
    said = "; ".join(f"{one.what}: {one.says}" for one in differences(environment.policy, policy))
    with audit.attempt(user, SAVE, environment, reason=f"{note}: {said}" if note else said):
        changes.require(user, Action.ADMINISTER, environment)
        with transaction.atomic():
            locked = _locked(environment)
            _refuse_unseen(locked, policy, seen)
            affected = [(change, _counting(change)) for change in _under_review(locked)]
            version = add(locked, policy, user, note=note)
            for change, names in affected:
                _void(change, names, version, user)
            _move_waiting(locked, timezone.now())
    environment.policy_version = version


def add(environment: Environment, policy: Policy, user: Any, *, note: str) -> PolicyVersion:
    """Inside a transaction, or where nobody else can know of the environment yet."""
    version = PolicyVersion.objects.create(
        environment=environment,
        number=environment.policy_number + 1,
        text=dumps(policy),
        note=note[:300],
        author=user,
    )
    environment.policy_version = version
    environment.save(update_fields=["policy_version"])
    return version


def history(environment: Environment) -> list[tuple[PolicyVersion, list[PolicyChange]]]:
    """Every version with what it changed, newest first; the first one against no policy at all."""
    found = list(environment.policy_versions.select_related("author").order_by("number"))
    before, told = Policy(), []
    for version in found:
        told.append((version, list(differences(before, version.value()))))
        before = version.value()
    return told[::-1]


def binding(environment: Environment) -> int:
    """How many approvals of open changes count now, and would not under another policy."""
    return sum(len(_counting(change)) for change in _under_review(environment))


def _locked(environment: Environment) -> Environment:
    return (
        Environment.objects.select_for_update(of=("self",))
        .select_related("policy_version", "project")
        .get(pk=environment.pk)
    )


def _refuse_unseen(environment: Environment, policy: Policy, seen: int) -> None:
    current = environment.policy_version
    if environment.policy_number != seen:
        who = (current.author or "somebody") if current else "somebody"
        raise StaleError(
            f"{who} saved version {environment.policy_number} meanwhile",
            detail=f"What you changed began with version {seen}.",
            hint="Look at the new version, and save again if your change is still wanted.",
            still_true="Nothing was saved; what you typed is still here.",
        )
    if policy == environment.policy:
        raise StaleError(
            f"it says the same as version {seen}",
            hint="Change something first.",
            still_true="Nothing was saved.",
        )


def _under_review(environment: Environment) -> list[Change]:
    """Without those whose run has begun: it goes on under what it was approved under."""
    found = Change.objects.filter(target__environment=environment, state__in=UNDER_REVIEW)
    found = found.select_related("target__environment__policy_version").order_by("pk")
    return [change for change in found if changes.begun_run(change) is None]


def _counting(change: Change) -> list[str]:
    """Whose approvals count for its plan now."""
    plan = changes.current_plan(change)
    if plan is None:
        return []
    return [str(given.user) for given in changes.valid_approvals(change, plan)]


def _void(change: Change, names: list[str], version: PolicyVersion, user: Any) -> None:
    """What counted until now counts no more: the change is where it was before, and says so."""
    changes.settle(changes.locked(change))
    if names:
        reason = f"version {version.number}; void: the approvals of {', '.join(names)}"
        audit.record(user, SAVE, change, Attempt.Outcome.DONE, reason=reason)


def _move_waiting(environment: Environment, now: datetime) -> None:
    """Runs that wait for a window wait for the new policy's."""
    waiting = Run.objects.select_for_update(of=("self",)).filter(
        target__environment=environment, state=RunState.QUEUED
    )
    for run in waiting.exclude(window=Run.Window.NONE):
        opens = next_open(environment.policy.windows, environment.policy.freezes, now)
        if opens is None:
            continue  # gate 7 says so when its turn comes
        run.not_before = opens
        run.save(update_fields=["not_before"])
        announce(run.pk)
        wakeups.wake_next(run.target_id)
