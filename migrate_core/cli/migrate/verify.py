"""Rehearse what is pending on the shadow: a throw-away database takes the hit first.

Every pending migration up to the one in question is run there by the real runner; the
result is read back and compared with the declared schema. Exits with 5 where they differ.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.chosen import add_choice, add_file, chosen
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.planned import Planned, plan_each
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.console.rehearsals import rehearse, report_lines, write_evidence
from migrate_core.errors import VerificationFailedError
from migrate_core.pg import codec
from migrate_core.verify.report import VerifyReport


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_choice(parser)
    add_file(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="keep the reports, for up --verified FILE"
    )


def run(args: Namespace) -> int:
    project = open_project(args)
    waiting = api.pending(project.endpoint, project.migrations())
    plans = plan_each(project, chosen(project))
    reports = []
    for at, planned in enumerate(plans):
        is_last = planned.migration.id == waiting[-1].id
        reports.append(rehearse(project, planned, earlier=plans[:at], is_last=is_last))
        if args.format == "text":
            _show(project, planned, reports[-1])
    if args.out:
        write_evidence(args.out, reports)
    if args.format == "json":
        data = [{**codec.to_builtins(report), "says": report.says} for report in reports]
        print_json({"ok": all(report.ok for report in reports), "reports": data})
    elif not plans:
        say("Nothing is pending.")
    elif all(report.ok for report in reports):
        say("next: zanith migrate up" + (f" --verified {args.out}" if args.out else ""))
    return 0 if all(report.ok for report in reports) else VerificationFailedError.exit_code


def _show(project: Project, planned: Planned, report: VerifyReport) -> None:
    say(f"{planned.migration.id}, plan {planned.plan.hash[:12]}")
    say()
    for line in report_lines(report):
        say(line)
    say()
