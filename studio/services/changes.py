"""Changes: from a migration's text to an approved plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from migrate_core import states
from migrate_core.files import migration as files
from migrate_core.files.migration import Migration
from migrate_core.pg import codec
from migrate_core.planning.gates import approvals_asked
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.verified import judged
from migrate_core.states import ChangeState
from migrate_core.verify.report import VerifyReport
from studio.models import (
    Approval,
    Attempt,
    Change,
    DeclaredVersion,
    MigrationText,
    Plan,
    Project,
    Run,
    Target,
    Verification,
)
from studio.models.changes import Work
from studio.permissions import Action, can
from studio.services import audit, wakeups
from studio.services.refusals import BusyError, NotAllowedError, StaleError


def create(
    target: Target,
    migration: Migration,
    user: Any,
    *,
    declared: DeclaredVersion | None = None,
    story: str = "",
    title: str = "",
) -> Change:
    """A change in draft, its first text, and a plan on its way."""
    require(user, Action.CREATE, target)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=target.project.pk)
        _refuse_namesake(target, migration)
        project.last_change += 1
        project.save(update_fields=["last_change"])
        change = Change.objects.create(
            project=project,
            number=project.last_change,
            title=title or migration.description or migration.id[16:].replace("_", " "),
            migration_id=migration.id,
            target=target,
            declared=declared,
            author=user,
            story=story,
        )
        _add_text(change, migration, user, note="generated")
        queue_plan(change, user)
    audit.record(user, "create", change, Attempt.Outcome.DONE)
    return change


def revise(change: Change, user: Any, text: str, *, note: str) -> Plan:
    """A new version of the text, and a plan of it.

    Raises:
        MigrationFileError: the text does not load; nothing was changed.
    """
    with audit.attempt(user, "edit", change, reason=note):
        require(user, Action.CREATE, change)
        migration = files.loads(text, file=f"{change.migration_id}.yaml", id=change.migration_id)
        with transaction.atomic():
            change = locked(change)
            require_editable(change)
            _add_text(change, migration, user, note=note)
            return queue_plan(change, user)


def replan(change: Change, user: Any) -> Plan:
    with audit.attempt(user, "plan", change):
        require(user, Action.CREATE, change)
        with transaction.atomic():
            change = locked(change)
            require_editable(change)
            return queue_plan(change, user)


def queue_plan(change: Change, user: Any) -> Plan:
    """Inside a transaction; a plan that is still waiting is not asked for twice."""
    text = current_text(change)
    waiting = change.plans.filter(work=Work.QUEUED, text=text).first()
    if waiting:
        return waiting
    plan = Plan.objects.create(change=change, target=change.target, text=text, author=user)
    wakeups.send_after_commit(plan)
    return plan


def close(change: Change, user: Any, *, reason: str) -> None:
    """Given up, on the record; nothing of it runs any more."""
    with audit.attempt(user, "close", change, reason=reason):
        require(user, Action.CREATE, change)
        with transaction.atomic():
            move(locked(change), ChangeState.CLOSED)


def approve(change: Change, user: Any, *, plan_hash: str, comment: str = "") -> Approval:
    """One's word on exactly the plan that one looked at."""
    with audit.attempt(user, "approve", change, reason=comment):
        require(user, Action.APPROVE, change)
        with transaction.atomic():
            change = locked(change)
            plan = _reviewable(change, plan_hash)
            given = _answer(change, plan, user, Approval.Verdict.APPROVED, comment)
            settle(change)
            return given


def request_changes(change: Change, user: Any, *, plan_hash: str, comment: str) -> Approval:
    with audit.attempt(user, "request changes", change, reason=comment):
        require(user, Action.APPROVE, change)
        with transaction.atomic():
            change = locked(change)
            plan = _reviewable(change, plan_hash)
            given = _answer(change, plan, user, Approval.Verdict.CHANGES, comment)
            settle(change)
            return given


# What is so now --------------------------------------------------------------------------------


def current_text(change: Change) -> MigrationText:
    text = change.texts.order_by("-version").first()
    assert text is not None  # create() writes the first one
    return text


def migration(change: Change) -> Migration:
    text = current_text(change)
    return files.loads(text.text, file=f"{change.migration_id}.yaml", id=change.migration_id)


def latest_plan(change: Change) -> Plan | None:
    """The newest, made or not."""
    return change.plans.order_by("-pk").first()


def current_plan(change: Change) -> Plan | None:
    """The newest that was made, if it is one of the current text."""
    plan = change.plans.filter(work=Work.DONE).order_by("-pk").first()
    return plan if plan and plan.text_id == current_text(change).pk else None


def verification_of(plan: Plan) -> Verification | None:
    """The newest that ended and speaks of this very plan, of the schema that it starts from.

    What runs may be the same on another schema, and do something else there: fire a trigger
    that has come, or cascade by a new foreign key.
    """
    found = Verification.objects.filter(
        plan__change=plan.change,
        plan__target=plan.target,
        plan__base_fingerprint=plan.base_fingerprint,
        plan_hash=plan.hash,
        work=Work.DONE,
    )
    return found.order_by("-pk").first()


def valid_approvals(change: Change, plan: Plan) -> list[Approval]:
    """The last word of each person, where it is an approval that covers this plan."""
    return [given for given, why in _last_words(change, plan) if not why]


def void_approvals(change: Change, plan: Plan) -> list[tuple[Approval, str]]:
    """The last word of each person, where it was an approval and counts no more; and why."""
    return [(given, why) for given, why in _last_words(change, plan) if why]


def _last_words(change: Change, plan: Plan) -> list[tuple[Approval, str]]:
    """Approvals, each with what voids it; whoever asked for changes later is not among them."""
    given = change.approvals.select_related("user", "policy_version").order_by("pk")
    last = {a.user_id: a for a in given}
    run = begun_run(change)
    versions = [run.policy_version] if run else [change.environment.policy_version]
    if run and run.policy_version is None:
        versions = []  # it ran before policies had versions
    approved = [a for a in last.values() if a.verdict == Approval.Verdict.APPROVED]
    seen = judged_plan(plan).score if approved else 0
    return [
        (a, a.void_because(plan, seen) or next(map(a.void_under, versions), "")) for a in approved
    ]


def begun_run(change: Change) -> Run | None:
    """Its newest run, where that has begun: what it was approved under then stays so."""
    if change.status not in _BEYOND_REVIEW:
        return None
    run = change.runs.select_related("policy_version").order_by("-number").first()
    return run if run and run.has_begun else None


def judged_plan(plan: Plan) -> CorePlan:
    """The plan as its newest rehearsal lets it be judged: raw SQL by what it did, or by why
    nobody could see that."""
    row = verification_of(plan)
    if row is None or row.report is None:
        return plan.value()
    report: VerifyReport = codec.convert(row.report, VerifyReport)
    return judged(plan.value(), report.verified)


# Moving ----------------------------------------------------------------------------------------


def locked(change: Change) -> Change:
    """The row as it is now, held until the transaction ends."""
    return (
        Change.objects.select_for_update(of=("self",))
        .select_related(
            "target__environment__project",
            "target__environment__policy_version",
            "project",
            "author",
        )
        .get(pk=change.pk)
    )


def move(change: Change, state: ChangeState) -> None:
    """
    Raises:
        IllegalTransitionError: the table has no such move.
    """
    states.check(change.status, state)
    change.state = state
    change.save(update_fields=["state", "updated_at"])


def settle(change: Change) -> None:
    """From what is verified and approved to the state that says so; a row lock is held."""
    plan = current_plan(change)
    if plan is None or change.status in _BEYOND_REVIEW:
        return
    policy = change.environment.policy
    seen = verification_of(plan)
    reached = [ChangeState.PLANNED]
    if (seen and seen.ok) or not policy.verify:
        reached.append(ChangeState.VERIFIED)
        asked = approvals_asked(plan.value(), policy)
        given = [a for a in valid_approvals(change, plan) if a.user_id != change.author_id]
        if asked and len(given) >= asked:
            reached.append(ChangeState.APPROVED)
    for state in reached:
        if change.status is not state:
            move(change, state)


def require(user: Any, action: Action, thing: Any) -> None:
    """
    Raises:
        NotAllowedError: whatever asked, it is asked here again.
    """
    if not can(user, action, thing):
        raise NotAllowedError(
            f"{user} may not {action} here",
            detail=f"No role of theirs in {getattr(thing, 'environment', thing)} allows it.",
            hint="Ask an admin of the project for a role that does.",
        )


def require_editable(change: Change) -> None:
    if change.status in _BEYOND_REVIEW:
        raise StaleError(
            f"change #{change.number} is {change.state}: its plan is what it is",
            hint="Make a new change for what else is wanted.",
        )


_BEYOND_REVIEW = {
    ChangeState.RUNNING,
    ChangeState.FAILED,
    ChangeState.APPLIED,
    ChangeState.REVERTED,
    ChangeState.CLOSED,
}


def _refuse_namesake(target: Target, migration: Migration) -> None:
    """Ids hold the second they were made in; two of one name in one second are one too many."""
    if target.changes.filter(migration_id=migration.id).exists():
        raise StaleError(
            f"migration {migration.id} is a change of {target} already",
            hint="Look at that change, or try again under another name.",
        )


def _add_text(change: Change, migration: Migration, user: Any, *, note: str) -> None:
    last = change.texts.order_by("-version").values_list("version", flat=True).first()
    MigrationText.objects.create(
        change=change,
        version=(last or 0) + 1,
        text=files.dump(migration),
        checksum=migration.checksum,
        note=note,
        author=user,
    )


def _reviewable(change: Change, plan_hash: str) -> Plan:
    plan = current_plan(change)
    if plan is None or plan.hash != plan_hash or latest_plan(change) != plan:
        raise StaleError(
            "the plan is no longer the one you looked at",
            detail=f"You looked at {plan_hash[:8]}.",
            hint="Reload the page and look at the new plan.",
            still_true="No approval was recorded.",
        )
    if change.status in _BEYOND_REVIEW:
        raise StaleError(f"change #{change.number} is {change.state}", hint="Reload the page.")
    if change.environment.policy.verify and change.status is ChangeState.PLANNED:
        raise BusyError(
            "the plan was not rehearsed yet",
            detail="An approval speaks of a plan whose rehearsal everybody can read.",
            hint="Verify it first.",
        )
    return plan


def _answer(
    change: Change, plan: Plan, user: Any, verdict: Approval.Verdict, comment: str
) -> Approval:
    found = plan.value()
    worst = max(found, judged_plan(plan), key=lambda one: one.score)  # as planned, or as seen
    return Approval.objects.create(
        change=change,
        plan=plan,
        user=user,
        verdict=verdict,
        comment=comment,
        plan_hash=plan.hash,
        target=change.target,
        base_fingerprint=plan.base_fingerprint,
        level=worst.level,
        score=worst.score,
        policy_version=change.environment.policy_version,
    )
