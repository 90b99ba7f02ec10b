"""Rehearsals on the shadow, and what they said."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from migrate_core.declared.ephemeral import Shape
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import MigrateError
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.verified import Verified
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from studio.models import Change, Plan, Target, Verification
from studio.models.changes import Work
from studio.services import audit, changes, planning, rehearsed, targets, wakeups, workings
from studio.services.refusals import BusyError, StaleError, stored, unexpected
from studio.services.rehearsed import NOTHING_MORE

AT_ONCE_PER_PERSON = 2
AT_ONCE = 4
MOST_ROWS = 10_000
GOING_ON = (Work.QUEUED, Work.RUNNING)


def queue(change: Change, user: Any, asked: Rehearsing = NOTHING_MORE) -> Verification:
    """A rehearsal of the current plan on its way; one that waits is not asked for twice."""
    with audit.attempt(user, "verify", change):
        rehearsed.require_for_change(change, user, asked)
        if asked.rows > MOST_ROWS:
            raise BusyError(
                f"{asked.rows:,} rows a table are too many", hint=f"Ask for up to {MOST_ROWS:,}."
            )
        with transaction.atomic():
            change = changes.locked(change)
            changes.require_editable(change)
            plan = changes.current_plan(change)
            if plan is None:
                raise StaleError("there is no plan to rehearse", hint="Plan the change first.")
            going_on = _going_on().filter(rows=asked.rows, keep=asked.keep, plan_hash=plan.hash)
            return going_on.filter(plan__target=plan.target).first() or _queued(plan, user, asked)


def queue_restore(target: Target, made: CorePlan, user: Any) -> Verification:
    """The same of a plan that brings back what was parked. Inside a transaction that holds the
    artifact's row, so that two clicks ask for one."""
    shadow()
    going_on = of_restore(target, made.hash, made.base_fingerprint).filter(work__in=GOING_ON)
    if found := going_on.first():
        return found
    plan = Plan(target=target, author=user)
    planning.keep(plan, made)
    return _queued(plan, user, NOTHING_MORE)


def of_restore(
    target: Target, plan_hash: str, base_fingerprint: str = ""
) -> QuerySet[Verification]:
    """Those of exactly this plan from exactly this live schema, newest first; without one,
    from any."""
    found = Verification.objects.filter(plan__target=target, plan__change=None, plan_hash=plan_hash)
    if base_fingerprint:
        found = found.filter(plan__base_fingerprint=base_fingerprint)
    return found.order_by("-pk")


def _going_on() -> QuerySet[Verification]:
    return Verification.objects.filter(work__in=GOING_ON)


def _queued(plan: Plan, user: Any, asked: Rehearsing) -> Verification:
    going_on = _going_on()
    if going_on.count() >= AT_ONCE or going_on.filter(author=user).count() >= AT_ONCE_PER_PERSON:
        raise BusyError(
            "too many rehearsals are going on",
            detail=f"{AT_ONCE} in all and {AT_ONCE_PER_PERSON} a person run at once.",
            hint="Try again when one has ended.",
        )
    made = Verification.objects.create(
        plan=plan, plan_hash=plan.hash, author=user, rows=asked.rows, keep=asked.keep
    )
    wakeups.send_after_commit(made)
    return made


def rehearse(verification_id: int) -> None:
    """The background half; twice does no harm."""
    with workings.taken(Verification, verification_id) as ours:
        if ours:
            rows = Verification.objects.select_related("plan__change", "plan__target", "author")
            _rehearse(rows.get(pk=verification_id))


def _rehearse(row: Verification) -> None:
    subject = rehearsed.subject_of(row.plan)
    asked = Rehearsing(rows=row.rows, keep=row.keep)
    began = time.monotonic()
    try:
        subject.require(row.author, asked)
        report = subject.rehearse(server_for(row.plan.target), asked)
    except MigrateError as error:
        row.ok, row.error = False, stored(error)
    except Exception as error:
        row.ok, row.error = False, unexpected("the rehearsal", error)
        _end(row, began)
        raise
    else:
        row.ok, row.report = report.ok, codec.to_builtins(report)
    with transaction.atomic():  # nobody sees that it has ended before they see what follows
        _end(row, began)
        subject.settle()


def _end(row: Verification, began: float) -> None:
    row.work, row.finished_at = Work.DONE, timezone.now()
    row.elapsed_ms = (time.monotonic() - began) * 1000
    row.save()


def server_for(target: Target) -> ShadowServer:
    """
    Raises:
        BusyError: none is configured.
        ShadowError: it would lie in a production target's own database.
    """
    server = ShadowServer(
        shadow(), shape=Shape(settings.SHADOW_SHAPE), schemas=target.wanted_schemas
    )
    if target.environment.is_prod and not settings.SHADOW_ON_PRODUCTION:
        server.refuse_inside(targets.endpoint(target))
    return server


def shadow() -> Endpoint:
    """
    Raises:
        BusyError: none is configured.
    """
    if not settings.SHADOW_URL:
        raise BusyError(
            "no shadow server is configured",
            hint="Set SHADOW_URL to a server where throw-away databases may be made.",
        )
    return Endpoint.from_url(settings.SHADOW_URL)


def said(row: Verification | None) -> Verified | None:
    """As the gates read it."""
    if row is None:
        return None
    if row.error:
        return Verified(plan_hash=row.plan_hash, ok=False, says=row.error["message"])
    if row.report is None:
        return Verified(plan_hash=row.plan_hash, ok=False, says="it left no report")
    report: VerifyReport = codec.convert(row.report, VerifyReport)
    return report.verified
