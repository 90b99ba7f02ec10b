"""Judge what is pending against the target, writing nothing.

Every operation gets a level, a score and its reasons with what was measured; the worst one
is compared with the budget. Exits with 3 where a gate refuses.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console import consent
from migrate_core.cli.console.chosen import add_choice, add_file, chosen
from migrate_core.cli.console.options import add_database, add_gates
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.planned import Planned, plan_each
from migrate_core.cli.console.plans import (
    before_verification,
    fixes,
    gate_lines,
    is_refused,
    plan_data,
    plan_lines,
    safer_lines,
)
from migrate_core.cli.console.project import Project, open_project
from migrate_core.planning.gates import Circumstances, Gate

REFUSED = 3


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_choice(parser)
    add_file(parser)
    add_gates(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    policy = project.policy
    plans = plan_each(project, chosen(project))
    found = [(planned, _gates(planned, project)) for planned in plans]
    if args.format == "json":
        print_json({"plans": [plan_data(planned.plan, gates) for planned, gates in found]})
    elif not found:
        say("Nothing is pending.")
    for planned, gates in found if args.format == "text" else ():
        say(f"{planned.migration.id} on {project.endpoint}, PostgreSQL {planned.plan.major}")
        say(f"plan {planned.plan.hash[:12]}")
        say()
        for line in (*plan_lines(planned.plan, policy), *safer_lines(planned.plan, policy)):
            say(line)
        for line in ("", *gate_lines(gates), *fixes(gates), ""):
            say(line)
    refused = any(is_refused(gates) for _planned, gates in found)
    if found and not refused and args.format == "text":
        say("next: zanith migrate verify")
    return REFUSED if refused else 0


def _gates(planned: Planned, project: Project) -> tuple[Gate, ...]:
    consents = consent.given(project.args, planned.plan)
    now = Circumstances(consents=consents, applier=project.actor)
    return before_verification(api.gates_now(planned.plan, project.policy, now, planned.base))
