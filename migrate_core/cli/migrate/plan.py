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
from migrate_core.cli.console.output import say
from migrate_core.cli.console.planned import Planned, plan_each
from migrate_core.cli.console.plans import (
    before_verification,
    fixes,
    gate_lines,
    is_refused,
    plan_lines,
    safer_lines,
)
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.reports.plan import Judged, plan_report
from migrate_core.cli.reports.publish import FORMATS, TEXT, add_reports, publish
from migrate_core.planning.gates import Circumstances, Gate

__all__ = ["FORMATS", "add_arguments", "run"]

REFUSED = 3


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_choice(parser)
    add_file(parser)
    add_gates(parser)
    add_reports(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    plans = plan_each(project, chosen(project))
    found = [(planned, _gates(planned, project)) for planned in plans]
    refused = any(is_refused(gates) for _planned, gates in found)
    code = REFUSED if refused else 0
    if args.format == TEXT:
        _show(found, project)
    publish(lambda: plan_report(project, found, code), args)
    return code


def _show(found: Judged, project: Project) -> None:
    policy = project.policy
    if not found:
        say("Nothing is pending.")
    for planned, gates in found:
        say(f"{planned.migration.id} on {project.endpoint}, PostgreSQL {planned.plan.major}")
        say(f"plan {planned.plan.hash[:12]}")
        if planned.plan.after:
            say(f"after {', '.join(planned.plan.after)}: judged as if that had run, and it has not")
        say()
        for line in (*plan_lines(planned.plan, policy), *safer_lines(planned.plan, policy)):
            say(line)
        for line in ("", *gate_lines(gates), *fixes(gates), ""):
            say(line)
    if found and not any(is_refused(gates) for _planned, gates in found):
        say("next: zanith migrate verify")


def _gates(planned: Planned, project: Project) -> tuple[Gate, ...]:
    consents = consent.given(project.args, planned.plan)
    now = Circumstances(consents=consents, applier=project.actor)
    return before_verification(api.gates_now(planned.plan, project.policy, now, planned.base))
