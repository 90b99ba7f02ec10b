"""Runs: queueing one, driving it, stopping it, going on with it, giving it up."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import Truncator

from migrate_core import api
from migrate_core.errors import (
    ConflictError,
    ConnectionFailedError,
    DriftError,
    GateRefusedError,
    MigrateError,
    OutsideWindowError,
    RunInProgressError,
    RunInterruptedError,
)
from migrate_core.ledger.rows import Event
from migrate_core.pg import codec
from migrate_core.runner.options import RunOptions, RunResult
from migrate_core.runner.retry import ENDED_ON_PURPOSE
from migrate_core.states import ChangeState, RunState
from studio.models import Change, Plan, Run
from studio.models.runs import LONGEST_TITLE
from studio.permissions import Action
from studio.services import (
    aftermath,
    audit,
    changes,
    gating,
    leases,
    mirror,
    pendings,
    planning,
    record,
    takeovers,
    targets,
    undone,
    wakeups,
    watching,
    windows,
)
from studio.services.announcements import announce
from studio.services.refusals import BusyError, StaleError, stored, unexpected

log = logging.getLogger(__name__)
NUMBERS = 0x7A52  # of the lock under which a run gets its number
RESUMABLE = (RunState.FAILED, RunState.LOST, RunState.PAUSED, RunState.CANCELLED)


# Starting ---------------------------------------------------------------------------------------


def start(
    change: Change,
    user: Any,
    *,
    plan_hash: str,
    consents: tuple[str, ...] = (),
    not_before: datetime | None = None,
    in_window: bool = False,
) -> Run:
    """Queues the run of the plan that the person looked at, if every gate passes now.

    Put off to a time, or with `in_window` to the next moment at which the policy's window is
    open: then gate 7 is asked about that moment.

    Raises:
        GateRefusedError, StaleError, BusyError: nothing was queued.
    """
    with audit.attempt(user, "apply", change):
        changes.require(user, Action.APPLY, change)
        targets.look(change.target)
        with transaction.atomic():
            change = changes.locked(change)
            plan = _startable(change, plan_hash)
            not_before = windows.opening(change.environment) if in_window else not_before
            asked = {"applier": user.get_username(), "consents": consents, "at": not_before}
            gating.check(gating.gates_of(change, plan, **asked))
            run = queue(
                plan,
                user,
                title=change.title,
                change=change,
                consents=consents,
                not_before=not_before,
                window=Run.Window.ASKED if in_window and not_before else Run.Window.NONE,
            )
            if change.status is ChangeState.PLANNED:
                changes.move(change, ChangeState.VERIFIED)  # nothing to verify is asked for here
            changes.move(change, ChangeState.RUNNING)
    return run


def _startable(change: Change, plan_hash: str) -> Plan:
    plan = changes.current_plan(change)
    if plan is None or plan.hash != plan_hash or changes.latest_plan(change) != plan:
        raise StaleError(
            "the plan is no longer the one you looked at",
            hint="Reload the page and look at the new plan.",
            still_true="Nothing was started.",
        )
    if change.status is ChangeState.RUNNING:
        raise BusyError("this change is being applied already", hint="See its run.")
    return plan


def queue(
    plan: Plan,
    user: Any,
    *,
    title: str,
    change: Change | None,
    undoes: Change | None = None,
    consents: tuple[str, ...] = (),
    not_before: datetime | None = None,
    window: Run.Window = Run.Window.NONE,
) -> Run:
    """Inside a transaction. It starts when those before it on the target are over."""
    run = Run.objects.create(
        number=_next_number(),
        change=change,
        undoes=undoes,
        target=plan.target,
        plan=plan,
        title=Truncator(title).chars(LONGEST_TITLE),
        actor=user,
        consents=list(consents),
        queued_at=timezone.now(),
        not_before=not_before,
        window=window,
    )
    wakeups.wake_next(run.target_id)
    return run


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    return (Run.objects.aggregate(last=Max("number"))["last"] or 0) + 1


# Driving: in the worker -------------------------------------------------------------------------


def apply(run_id: str) -> None:
    """From queued to done, failed or paused. A message that comes twice finds it taken."""
    run = leases.take(run_id)
    if run is None:
        return
    with leases.Heartbeat(run):
        try:
            changes.require(run.actor, Action.APPLY, run)
            result = _drive(run)
        except MigrateError as error:
            if not _waits_for_no_person(run, error):
                end(run, RunState.FAILED, error=stored(error), nothing=_nothing_was_done(error))
        except Exception as error:
            end(run, RunState.FAILED, error=unexpected("the run", error))
            raise
        else:
            end(run, RunState(result.state), result=codec.to_builtins(result))
            aftermath.keep_target(run)


def _drive(run: Run) -> RunResult:
    """The runner itself; it resumes where the ledger stops."""
    gating.note_policy(run)
    plan = planning.measured_now(run)
    policy, now = gating.judged_by(run)
    lookout = watching.Lookout(run, plan)
    driver = threading.current_thread()

    def listen(event: Event) -> None:
        """The run does not depend on our database: what is missed is mirrored later."""
        lookout.heard(event)
        try:
            mirror.record(run, [event])
        except Exception as error:  # noqa: BLE001  # whatever our database does, the target's DDL goes on
            log.warning("event %s of run %s was not mirrored: %s", event.seq, run.pk, error)
            connection.close()
        finally:
            if threading.current_thread() is not driver:  # the watch of a long statement
                connection.close()

    with lookout:
        return api.apply(
            targets.endpoint(run.target),
            plan,
            policy=policy,
            circumstances=now,
            actor=now.applier,
            run_id=run.pk,
            listener=listen,
            control=leases.Wishes(run),
            schemas=run.target.wanted_schemas,
            options=RunOptions(mac_key=targets.evidence_key()),
        )


def _waits_for_no_person(run: Run, error: MigrateError) -> bool:
    """Whether it was put back into the queue: what is in the way passes by itself."""
    match error:
        case OutsideWindowError():
            why = "the policy's window was closed when its turn came"
            return takeovers.put_back(run, why, until=error.opens)
        case RunInProgressError():
            return takeovers.put_back(run, f"Another session works on this target: {error.detail}")
        case RunInterruptedError() if error.sqlstate not in ENDED_ON_PURPOSE:
            return takeovers.put_back(run, f"The connection: {error.message}.", is_loss=True)
        case ConnectionFailedError() if run.events.exists():  # it had begun: the address is right
            return takeovers.put_back(run, f"The target is away: {error.message}.")
    return False


def _nothing_was_done(error: MigrateError) -> bool:
    return isinstance(error, (GateRefusedError, DriftError, ConflictError))


def end(
    run: Run,
    state: RunState,
    *,
    error: dict[str, Any] | None = None,
    result: Any = None,
    nothing: bool = False,
) -> None:
    """The last word, if the lease is still ours. `nothing`: refused before the first step."""
    aftermath.mirror_rest(run)
    aftermath.keep_artifacts(run)
    with transaction.atomic():
        ours = Run.objects.select_for_update().filter(pk=run.pk, lease=run.lease).first()
        if ours is None:
            return
        if ours.status is RunState.LOST:
            ours.state = RunState.RUNNING  # it was only held up, and has ended now
        ours.move(state)
        ours.error, ours.result = error, result
        ours.finished_at, ours.wanted, ours.orphan_pid = timezone.now(), "", None
        ours.live = None
        ours.save()
        _end_change(ours, state, nothing=nothing)
        undone.end(ours, state)
        announce(ours.pk)
        wakeups.wake_next(ours.target_id)
    record.follow_if_reached(run.target)
    targets.look(run.target)


def _end_change(run: Run, state: RunState, *, nothing: bool) -> None:
    if run.change is None:
        return
    change = changes.locked(run.change)
    if change.status is not ChangeState.RUNNING:
        return
    if state is RunState.DONE:
        changes.move(change, ChangeState.APPLIED)
        pendings.plan_again(change)
    elif nothing and not run.events.filter(step__isnull=False).exists():
        changes.move(change, ChangeState.PLANNED)
        changes.settle(change)
    else:
        changes.move(change, ChangeState.FAILED)


# What people ask of a run -----------------------------------------------------------------------


def resume(run: Run, user: Any) -> None:
    """The same run goes on at the first step that is not done."""
    with audit.attempt(user, "resume", run):
        changes.require(user, Action.APPLY, run)
        with transaction.atomic():
            run = locked(run)
            undone.refuse_resume(run)
            run.move(RunState.QUEUED)
            run.wanted, run.error, run.orphan_pid = "", None, None
            run.losses, run.lost_at, run.not_before, run.window = 0, None, None, ""
            run.queued_at, run.sent_at, run.finished_at = timezone.now(), None, None
            run.actor = user
            run.save()
            if run.change and run.change.status is ChangeState.FAILED:
                changes.move(changes.locked(run.change), ChangeState.RUNNING)
            announce(run.pk)
            wakeups.wake_next(run.target_id)


def stop_after_step(run: Run, user: Any) -> None:
    wish(run, user, Run.Wanted.STOP, "stop after step")


def cancel(run: Run, user: Any, *, reason: str = "") -> None:
    """A queued run is cancelled at once; a running one when its worker hears of it."""
    wish(run, user, Run.Wanted.CANCEL, "cancel", reason=reason)


def wish(run: Run, user: Any, wanted: Run.Wanted, action: str, *, reason: str = "") -> None:
    with audit.attempt(user, action, run, reason=reason):
        changes.require(user, Action.APPLY, run)
        with transaction.atomic():
            run = locked(run)
            if run.status is RunState.QUEUED:
                run.move(RunState.CANCELLED)
                run.finished_at = timezone.now()
                _end_change(run, RunState.CANCELLED, nothing=True)
                wakeups.wake_next(run.target_id)
            elif run.status is RunState.RUNNING:
                run.wanted = wanted
            else:
                raise StaleError(f"run {run.number} is {run.state}", hint="Reload the page.")
            run.save()
            announce(run.pk)


def close(run: Run, user: Any, *, reason: str) -> None:
    """Given up with what was done left as it is; the ledger says so too."""
    with audit.attempt(user, "close run", run, reason=reason):
        changes.require(user, Action.APPLY, run)
        if run.events.exists():
            api.close(
                targets.endpoint(run.target),
                run.pk,
                actor=user.get_username(),
                reason=reason,
                mac_key=targets.evidence_key(),
            )
        with transaction.atomic():
            run = locked(run)
            run.move(RunState.CLOSED)
            run.closed_reason = reason[:300]
            run.save()
            if run.change and run.change.status in (ChangeState.FAILED, ChangeState.RUNNING):
                change = changes.locked(run.change)
                if change.status is ChangeState.RUNNING:
                    changes.move(change, ChangeState.FAILED)
                changes.move(change, ChangeState.CLOSED)
            announce(run.pk)


def locked(run: Run) -> Run:
    return (
        Run.objects.select_for_update(of=("self",))
        .select_related("target__environment__project", "plan", "change", "actor")
        .get(pk=run.pk)
    )
