"""Making a plan: the background half of `changes.queue_plan`."""

from __future__ import annotations

import time

from django.db import transaction

from migrate_core import api
from migrate_core.errors import MigrateError
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.plan import encode_plan
from studio.models import Plan, Run, Target
from studio.models.changes import Work
from studio.permissions import Action
from studio.services import changes, pendings, targets, workings
from studio.services.refusals import stored, unexpected


def make(plan_id: int) -> None:
    """Judges the change's current text against the live target; twice does no harm."""
    with workings.taken(Plan, plan_id) as ours:
        if ours:
            _make(Plan.objects.select_related("change", "target", "text", "author").get(pk=plan_id))


def _make(plan: Plan) -> None:
    assert plan.change is not None  # plans of restores are made at once, by recovery
    began = time.monotonic()
    try:
        changes.require(plan.author, Action.CREATE, plan.change)
        found = api.plan(
            targets.endpoint(plan.target),
            changes.migration(plan.change),
            earlier=pendings.migrations(pendings.before(plan.change)),
            schemas=plan.target.wanted_schemas,
        )
    except MigrateError as error:
        _fail(plan, stored(error))
        return
    except Exception as error:
        _fail(plan, unexpected("planning", error))
        raise
    elapsed_ms = (time.monotonic() - began) * 1000
    targets.look(plan.target)
    with transaction.atomic():  # nobody sees that it has ended before they see what follows
        keep(plan, found, elapsed_ms=elapsed_ms)
        changes.settle(changes.locked(plan.change))
        if plan.change.plans.filter(work=Work.DONE).exclude(text=plan.text).exists():
            pendings.plan_again(plan.change)


def keep(plan: Plan, found: CorePlan, *, elapsed_ms: float | None = None) -> None:
    """The value as bytes, and beside it what lists show."""
    plan.work = Work.DONE
    plan.body = encode_plan(found)
    plan.hash, plan.base_fingerprint = found.hash, found.base_fingerprint
    plan.direction, plan.steps = found.direction, len(found.steps)
    plan.level, plan.score = found.level, found.score
    plan.elapsed_ms, plan.error = elapsed_ms, None
    plan.save()


def measured_now(run: Run) -> CorePlan:
    """The plan of a run whose turn has come: one that was made while others were pending is
    measured again, and stays as it was where something else would run now."""
    plan = run.plan.value()
    if not plan.after or run.change is None or run.has_begun:
        return plan
    try:
        found = api.plan(
            targets.endpoint(run.target),
            changes.migration(run.change),
            earlier=pendings.migrations(pendings.before(run.change)),
            schemas=run.target.wanted_schemas,
        )
    except MigrateError:
        return plan  # gate 5 says why it cannot run
    if found.hash == plan.hash:
        keep(run.plan, found)
    return run.plan.value()


def _fail(plan: Plan, error: dict[str, object]) -> None:
    plan.work, plan.error = Work.FAILED, error
    plan.save(update_fields=["work", "error"])


def forecast(target: Target, plan: CorePlan) -> tuple[api.Obstacle, ...]:
    """Who would be in the plan's way right now."""
    return api.forecast(targets.endpoint(target), plan)
