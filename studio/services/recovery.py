"""What drops left behind: previews, and runs that bring back or destroy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from migrate_core import api
from migrate_core.pg import codec
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.recovery import ReseedPreview, RestorePreview
from migrate_core.verify.report import VerifyReport
from studio.models import Artifact, Plan, Run, Verification
from studio.permissions import Action
from studio.services import audit, planning, runs, targets, verifications
from studio.services.changes import require
from studio.services.refusals import StaleError


def preview(artifact: Artifact, *, under: str | None = None) -> RestorePreview:
    """What a restore would do; counts rows in the target. `under`: another name than it had."""
    endpoint, schemas = targets.endpoint(artifact.target), artifact.target.wanted_schemas
    return api.preview(endpoint, UUID(artifact.artifact_id), under=under, schemas=schemas)


def restore(artifact: Artifact, user: Any, *, under: str | None = None) -> Run:
    """A run of its own, on the record as every other. `under`: another name than it had."""
    with audit.attempt(user, "restore", artifact):
        require(user, Action.APPLY, artifact)
        _refuse_impossible(preview(artifact, under=under), _not_now(artifact))
        made = _planned(artifact, partial(api.plan_restore, under=under))
        _refuse_failed(artifact, made)
        named = f"Restore {artifact.source}" + (f" as {under}" if under else "")
        return _queue(artifact, user, made, named)


def rehearse(artifact: Artifact, user: Any, *, under: str | None = None) -> Verification:
    """Its restore on its way to the shadow; one that is under way is not asked for twice."""
    with audit.attempt(user, "rehearse restore", artifact):
        require(user, Action.APPLY, artifact)
        _refuse_impossible(preview(artifact, under=under), _not_now(artifact))
        made = _planned(artifact, partial(api.plan_restore, under=under))
        with transaction.atomic():
            Artifact.objects.select_for_update(of=("self",)).get(pk=artifact.pk)
            return verifications.queue_restore(artifact.target, made, user)


def _not_now(artifact: Artifact) -> str:
    return f"{artifact.source} cannot be restored now"


def _refuse_impossible(found: RestorePreview | ReseedPreview, message: str) -> None:
    if not found.possible:
        raise StaleError(
            message,
            detail=" ".join(found.blockers),
            hint="Mend what is named, then try again; the export works meanwhile.",
            still_true="Nothing was changed; what is kept stays kept.",
        )


def _refuse_failed(artifact: Artifact, made: CorePlan) -> None:
    """What went wrong on the shadow would go wrong in the target, half-way."""
    report = last_trial(artifact, made.hash, made.base_fingerprint)
    if report is not None and not report.ok:
        raise StaleError(
            f"the restore of {artifact.source} failed where it was rehearsed: {report.says}",
            detail=report.detail,
            hint="Mend what is named, then rehearse it again; the export works meanwhile.",
            still_true="Nothing was changed; what is kept stays kept.",
        )


def last_trial(artifact: Artifact, plan_hash: str, base_fingerprint: str) -> VerifyReport | None:
    """What the newest rehearsal says in which this plan really ran, from this live schema."""
    rows = verifications.of_restore(artifact.target, plan_hash, base_fingerprint)
    for row in rows.exclude(report=None):
        report: VerifyReport = codec.convert(row.report, VerifyReport)
        if report.was_held:
            return report
    return None


def was_tried(artifact: Artifact, plan_hash: str) -> bool:
    """Whether a rehearsal of this plan is there at all, from whatever live schema."""
    return verifications.of_restore(artifact.target, plan_hash).exists()


def preview_reseed(artifact: Artifact, *, overwrite: bool = False) -> ReseedPreview:
    """What putting kept values back would do; counts rows in the target."""
    endpoint, schemas = targets.endpoint(artifact.target), artifact.target.wanted_schemas
    return api.preview_reseed(
        endpoint, UUID(artifact.artifact_id), overwrite=overwrite, schemas=schemas
    )


def overwriting_sql(artifact: Artifact) -> str:
    """What putting kept values back would run where it replaces what rows hold."""
    endpoint, schemas = targets.endpoint(artifact.target), artifact.target.wanted_schemas
    id = UUID(artifact.artifact_id)
    plan = api.plan_reseed(endpoint, id, overwrite=True, schemas=schemas)
    return plan.steps[0].sql


def reseed(artifact: Artifact, user: Any, *, overwrite: bool = False, reason: str = "") -> Run:
    """What is kept stays; what rows hold is replaced only with `overwrite`."""
    with audit.attempt(user, "reseed", artifact, reason=reason):
        require(user, Action.APPLY, artifact)
        found = preview_reseed(artifact, overwrite=overwrite)
        _refuse_impossible(found, f"the values of {artifact.source} cannot be put back now")
        made = _planned(artifact, partial(api.plan_reseed, overwrite=overwrite))
        return _queue(artifact, user, made, f"Put back {artifact.source}")


def purge(artifact: Artifact, user: Any, *, reason: str) -> Run:
    """The only verb that destroys."""
    with audit.attempt(user, "purge", artifact, reason=reason):
        require(user, Action.PURGE, artifact)
        made = _planned(artifact, api.plan_purge)
        return _queue(artifact, user, made, f"Purge {artifact.source}")


def _planned(artifact: Artifact, make: Callable[..., CorePlan]) -> CorePlan:
    endpoint, schemas = targets.endpoint(artifact.target), artifact.target.wanted_schemas
    return make(endpoint, UUID(artifact.artifact_id), schemas=schemas)


def _queue(artifact: Artifact, user: Any, made: CorePlan, title: str) -> Run:
    with transaction.atomic():
        plan = Plan(target=artifact.target, author=user)
        planning.keep(plan, made)
        lost = tuple(step.label for step in made.steps if step.operation.destroys)
        return runs.queue(plan, user, title=title, change=None, consents=lost)


def export(artifact: Artifact, form: str) -> Iterator[bytes]:
    """Streamed; the connection lives as long as the reader reads."""
    return api.export(targets.endpoint(artifact.target), UUID(artifact.artifact_id), form)
