"""Rehearsals on the shadow, and what they said."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from migrate_core import api
from migrate_core.declared.ephemeral import Shape
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import MigrateError
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.verified import Verified
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from studio.models import Change, Plan, Target, Verification
from studio.models.changes import Work
from studio.permissions import Action
from studio.services import audit, changes, pendings, sources, targets, wakeups, workings
from studio.services.refusals import BusyError, StaleError, stored, unexpected

AT_ONCE_PER_PERSON = 2
AT_ONCE = 4
MOST_ROWS = 10_000
NOTHING_MORE = Rehearsing()


def queue(change: Change, user: Any, asked: Rehearsing = NOTHING_MORE) -> Verification:
    """A rehearsal of the current plan on its way; one that waits is not asked for twice.

    Rows of the target, and a database that stays, are for whoever may apply: the author's SQL
    meets those rows, and may carry them to where others read.
    """
    with audit.attempt(user, "verify", change):
        changes.require(user, Action.CREATE, change)
        if asked != NOTHING_MORE:
            changes.require(user, Action.APPLY, change)
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
            return _queued(plan, user, asked)


def _queued(plan: Plan, user: Any, asked: Rehearsing) -> Verification:
    going_on = Verification.objects.filter(work__in=(Work.QUEUED, Work.RUNNING))
    same = going_on.filter(rows=asked.rows, keep=asked.keep)
    if found := same.filter(plan_hash=plan.hash, plan__target=plan.target).first():
        return found
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
    plan, change = row.plan, row.plan.change
    assert change is not None  # only plans of changes are rehearsed
    began = time.monotonic()
    try:
        changes.require(row.author, Action.CREATE, change)
        asked = Rehearsing(rows=row.rows, keep=row.keep)
        if asked != NOTHING_MORE:
            changes.require(row.author, Action.APPLY, change)
        report = _report(plan, change, asked)
    except MigrateError as error:
        row.ok, row.error = False, stored(error)
    except Exception as error:
        row.ok, row.error = False, unexpected("the rehearsal", error)
        _end(row, began)
        raise
    else:
        row.ok, row.report = report.ok, codec.to_builtins(report)
    _end(row, began)
    with transaction.atomic():
        changes.settle(changes.locked(change))


def _report(plan: Plan, change: Change, asked: Rehearsing) -> VerifyReport:
    """The last pending change has to end in what was declared; an earlier one, or one that
    was not declared, in what its own operations lead to."""
    endpoint, schemas = targets.endpoint(plan.target), plan.target.wanted_schemas
    server = server_for(plan.target)
    earlier = pendings.before(change)
    source = sources.source(change.declared) if change.declared else None
    if source is None or pendings.after(change):
        source = None
        base = api.after_all(api.found(endpoint, schemas), [pendings.migration(c) for c in earlier])
        wanted = api.after(base, pendings.migration(change))
    else:
        wanted = api.wanted(source, server, plan.value().major, schemas).graph
    return api.verify(
        endpoint,
        plan.value(),
        wanted=wanted,
        declared=source,
        shadow=server,
        earlier=pendings.plans(earlier),
        schemas=schemas,
        options=asked,
    )


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
