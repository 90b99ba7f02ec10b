"""Undo migrations: the recorded inverses of their done steps, last one first.

A run that stopped half-way is undone by itself. What a step parked comes back; a column
that a migration added is dropped again, which needs --allow-destructive where it holds
values.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import msgspec

from migrate_core import api
from migrate_core.cli.console import consent
from migrate_core.cli.console.applying import refuse_managed, result_data, run_plan
from migrate_core.cli.console.options import add_break_glass, add_database, add_gates, number
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.plans import plan_lines
from migrate_core.cli.console.project import Project, open_project
from migrate_core.planning.gates import Circumstances
from migrate_core.planning.plan import Plan


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--steps", type=number, default=1, metavar="N", help="how many migrations (default: 1)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
    add_gates(parser)
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    ended = []
    for _ in range(args.steps):
        plan = _next(project)
        # A rehearsal shows whether a schema is reached; the inverses lead back to one that was.
        policy = msgspec.structs.replace(project.policy, verify=False)
        if args.format == "text":
            say(f"undo {plan.migration_id} on {project.endpoint}, plan {plan.hash[:12]}")
            say()
            for line in plan_lines(plan, policy):
                say(line)
            say()
        if args.dry_run:
            return 0
        now = Circumstances(consents=consent.asked(args, plan), applier=project.actor)
        ended.append(result_data(plan, run_plan(project, plan, policy, now)))
    if args.format == "json":
        print_json({"migrations": ended})
    else:
        say("next: zanith migrate status")
    return 0


def _next(project: Project) -> Plan:
    """A down that stopped half-way goes on; else the last migration is planned."""
    opened = api.open_run(project.endpoint)
    if opened and opened.direction == "down":
        return api.recorded_plan(project.endpoint, opened.run_id)
    return api.down(project.endpoint, schemas=project.schemas)
