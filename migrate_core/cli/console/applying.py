"""Running one plan for a person at a terminal or a CI job, and saying how it ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from migrate_core import api
from migrate_core.cli.console.interruption import interruptible
from migrate_core.cli.console.live import Live
from migrate_core.cli.console.output import duration, note, plural, say
from migrate_core.cli.console.project import Project
from migrate_core.errors import MigrateError, MisuseError, RunInterruptedError
from migrate_core.pg import codec
from migrate_core.planning.gates import Circumstances
from migrate_core.planning.plan import Plan
from migrate_core.risk.policy import Policy
from migrate_core.runner.options import RunOptions, RunResult
from migrate_core.states import RunState


def refuse_managed(project: Project) -> None:
    """Raises MisuseError for a target that a studio keeps, unless glass is broken."""
    keeper = api.managed_by(project.endpoint)
    if keeper and not project.args.break_glass:
        raise MisuseError(
            f"this target is managed by the studio {keeper}",
            detail="Reviews and approvals are asked for there.",
            still_true="Nothing was changed.",
            hint="Apply it there, or use --break-glass REASON, which goes on the record.",
        )


def run_plan(
    project: Project,
    plan: Plan,
    policy: Policy,
    now: Circumstances,
    *,
    run_id: UUID | None = None,
) -> RunResult:
    """Raises RunInterruptedError where a person stopped it; all else as api.apply()."""
    done = api.done_steps(project.endpoint, run_id) if run_id else frozenset()
    live = Live(plan, done=done, quiet=project.args.format == "json")
    try:
        with interruptible() as control:
            result = api.apply(
                project.endpoint,
                plan,
                policy=policy,
                circumstances=now,
                actor=project.actor,
                run_id=run_id,
                listener=live,
                control=control,
                options=RunOptions(mac_key=project.evidence_key),
                schemas=project.schemas,
            )
    except MigrateError:
        if live.events:
            live.rest()
        raise
    if result.state is not RunState.DONE:
        live.rest()
        raise _stopped(result)
    _tell(project, plan, result)
    return result


def _stopped(result: RunResult) -> RunInterruptedError:
    done = f"{result.steps_done} of {plural(result.steps, 'step')} done"
    return RunInterruptedError(
        f"the run was stopped on request and is {result.state}",
        still_true=f"{done}, the lock is released, resume starts where it stopped.",
        hint="The same command goes on with it; zanith migrate down undoes done steps.",
    )


def _tell(project: Project, plan: Plan, result: RunResult) -> None:
    if result.unexpected:
        changed = ", ".join(result.unexpected[:10])
        note(f"WARNING: changed meanwhile by others: {changed}")
    if project.args.format == "text":
        word = {"up": "applied", "down": "undone"}.get(plan.direction, "done")
        say()
        say(
            f"  {word}: {result.steps_done} of {plural(result.steps, 'step')} done in"
            f" {duration(result.elapsed_ms)}, run {result.run_id}"
        )


def result_data(plan: Plan, result: RunResult) -> dict[str, Any]:
    data: dict[str, Any] = codec.to_builtins(result)
    return {
        "migration_id": plan.migration_id,
        "direction": plan.direction,
        "plan_hash": plan.hash,
        **data,
    }
