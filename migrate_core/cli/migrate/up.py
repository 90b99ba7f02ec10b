"""Apply what is pending: plan, verify, then run, one migration after another.

A run that stopped half-way goes on first, by the plan that the ledger holds. Each plan is
rehearsed on the shadow just before, unless --verified names a report of exactly that plan.
Ctrl-C stops the run on the record; the next `up` goes on.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from migrate_core import api
from migrate_core.cli.console import consent
from migrate_core.cli.console.applying import refuse_managed, result_data, run_plan
from migrate_core.cli.console.chosen import add_choice, chosen
from migrate_core.cli.console.options import add_break_glass, add_database, add_gates
from migrate_core.cli.console.output import note, print_json, say
from migrate_core.cli.console.planned import Planned, plan_each
from migrate_core.cli.console.plans import plan_lines, safer_lines, sequence_lines
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.console.rehearsals import (
    Evidence,
    accepted,
    read_evidence,
    rehearse,
    report_lines,
)
from migrate_core.errors import ConflictError, MigrateError
from migrate_core.files.migration import Migration
from migrate_core.ledger.rows import RunRow
from migrate_core.planning.gates import Circumstances
from migrate_core.planning.verified import Verified


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_choice(parser)
    add_gates(parser)
    parser.add_argument(
        "--verified", type=Path, metavar="FILE", help="reports that verify --out has written"
    )
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    evidence = read_evidence(args.verified) if args.verified else None
    ended = _resume(project)
    migrations = chosen(project)
    last = _last_pending(project)
    _note_sequence(project, migrations)
    for migration in migrations:
        (planned,) = plan_each(project, [migration])
        ended.append(_apply(project, planned, evidence, is_last=migration.id == last))
    if args.format == "json":
        print_json({"migrations": ended})
    elif not ended:
        say("Nothing is pending.")
    else:
        say("next: zanith migrate status")
    return 0


def _note_sequence(project: Project, migrations: Sequence[Migration]) -> None:
    """Before the first of several runs, what they mean to each other; each is planned by itself
    when its turn comes, and then the others are no longer pending."""
    if project.args.format != "text" or len(migrations) < 2:
        return
    try:
        planned = plan_each(project, migrations)
    except MigrateError:
        return  # one that does not fit is refused when its turn comes
    for one in planned:
        for said in sequence_lines(one.plan):
            note(said)


def _last_pending(project: Project) -> str:
    waiting = api.pending(project.endpoint, project.migrations())
    return waiting[-1].id if waiting else ""


def _resume(project: Project) -> list[dict[str, Any]]:
    """The run that stopped half-way, if there is one and nobody is at it."""
    opened = api.open_run(project.endpoint)
    if opened is None:
        return []
    if opened.direction != "up":
        raise _other_way(opened)
    _refuse_edited(opened, project.migrations())
    plan = api.recorded_plan(project.endpoint, opened.run_id)
    if project.args.format == "text":
        say(f"{plan.migration_id}: going on with run {opened.run_id}, which is {opened.state}")
    # Its plan was rehearsed before it began, and is bound by its hash.
    policy = msgspec.structs.replace(project.policy, verify=False)
    now = _now(project, consent.asked(project.args, plan))
    result = run_plan(project, plan, policy, now, run_id=opened.run_id)
    return [result_data(plan, result)]


def _other_way(opened: RunRow) -> ConflictError:
    again = "zanith migrate down" if opened.direction == "down" else "the zanith recover command"
    return ConflictError(
        f"a {opened.direction} of {opened.migration_id or 'an artifact'} stopped half-way",
        detail=f"Run {opened.run_id} is {opened.state}.",
        still_true="Nothing was changed by this command.",
        hint=f"Go on with {again}, or give it up with zanith migrate close.",
    )


def _refuse_edited(opened: RunRow, migrations: tuple[Migration, ...]) -> None:
    file = next((m for m in migrations if m.id == opened.migration_id), None)
    if file and file.checksum != opened.checksum:
        raise ConflictError(
            f"{file.id} was edited after its run began",
            detail=f"Run {opened.run_id} is {opened.state} with what the file said before.",
            still_true="Nothing was changed by this command.",
            hint="Put the file back as it was and run this again, or undo the done steps with"
            " zanith migrate down.",
        )


def _apply(
    project: Project, planned: Planned, evidence: Evidence | None, *, is_last: bool
) -> dict[str, Any]:
    plan, policy = planned.plan, project.policy
    text = project.args.format == "text"
    if text:
        say(f"{planned.migration.id} on {project.endpoint}, plan {plan.hash[:12]}")
        say()
        for line in (*plan_lines(plan, policy), *safer_lines(plan, policy)):
            say(line)
        say()
    consents = consent.asked(project.args, plan)
    _refuse_early(project, planned, consents)
    verified = accepted(evidence, plan.hash)
    if policy.verify and verified is None:
        verified = _verify(project, planned, is_last=is_last)
    result = run_plan(project, plan, policy, _now(project, consents, verified))
    if text:
        say()
    return result_data(plan, result)


def _refuse_early(project: Project, planned: Planned, consents: tuple[str, ...]) -> None:
    """What the gates will refuse anyway is said before a rehearsal is paid for."""
    api.refuse_drift(api.drift(project.endpoint, project.schemas))
    policy = msgspec.structs.replace(project.policy, verify=False)
    api.refuse(api.gates_now(planned.plan, policy, _now(project, consents), planned.base))


def _verify(project: Project, planned: Planned, *, is_last: bool) -> Verified:
    report = rehearse(project, planned, is_last=is_last)
    for line in report_lines(report):
        note(line)
    api.refuse_unverified(report)
    return report.verified


def _now(
    project: Project, consents: tuple[str, ...], verified: Verified | None = None
) -> Circumstances:
    return Circumstances(consents=consents, verified=verified, applier=project.actor)
