"""Rehearse what is pending on the shadow: a throw-away database takes the hit first.

Every pending migration up to the one in question is run there by the real runner; the
result is read back and compared with the declared schema. Exits with 5 where they differ, and
with 3 where rows of the target would make raw SQL fail that passed here.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.chosen import add_choice, add_file, chosen
from migrate_core.cli.console.options import add_database, number
from migrate_core.cli.console.output import note, print_json, say
from migrate_core.cli.console.planned import Planned, plan_each
from migrate_core.cli.console.plans import verdict
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.console.rehearsals import rehearse, report_lines, write_evidence
from migrate_core.cli.reports.documents import VERSION, DroppedDocument
from migrate_core.cli.reports.publish import FORMATS, TEXT, add_reports, publish
from migrate_core.cli.reports.verify import verify_report
from migrate_core.declared.kept import DROP_COMMAND
from migrate_core.errors import GateRefusedError, MisuseError, VerificationFailedError
from migrate_core.planning.verified import judged
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport

__all__ = ["FORMATS", "add_arguments", "run"]


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_choice(parser)
    add_file(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="keep the reports, for up --verified FILE"
    )
    parser.add_argument(
        "--rows",
        type=number,
        metavar="N",
        default=0,
        help="copy a sample first: N rows a table, and every row that they refer to",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the rehearsal's database to be looked at"
    )
    parser.add_argument(
        "--drop-kept", action="store_true", help="drop what --keep has left, and do nothing else"
    )
    add_reports(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    if args.drop_kept:
        return _drop_kept(project)
    earlier_kept = project.shadow.kept()
    plans = plan_each(project, chosen(project))
    reports = _rehearse_each(project, plans)
    ok = all(report.ok for report in reports)
    if args.out:
        write_evidence(args.out, reports)
    blocked = any(report.blocked for report in reports)
    code = GateRefusedError.exit_code if blocked else 0
    code = code if ok else VerificationFailedError.exit_code
    if args.format == TEXT and not plans:
        say("Nothing is pending.")
    elif args.format == TEXT and not code:
        say("next: zanith migrate up" + (f" --verified {args.out}" if args.out else ""))
    if earlier_kept and args.format == TEXT:
        names = ", ".join(one.name for one in earlier_kept)
        note(f"Kept by earlier rehearsals: {names}. {DROP_COMMAND} drops them.")
    publish(lambda: verify_report(project, plans, reports, earlier_kept, code), args)
    return code


def _rehearse_each(project: Project, plans: Sequence[Planned]) -> list[VerifyReport]:
    waiting = api.pending(project.endpoint, project.migrations())
    options = Rehearsing(rows=project.args.rows, keep=project.args.keep)
    reports = []
    for at, planned in enumerate(plans):
        is_last = planned.migration.id == waiting[-1].id
        reports.append(
            rehearse(project, planned, earlier=plans[:at], is_last=is_last, options=options)
        )
        if project.args.format == TEXT:
            _show(project, planned, reports[-1])
    return reports


def _drop_kept(project: Project) -> int:
    if project.args.format not in (TEXT, "json") or project.args.report:
        raise MisuseError("--drop-kept makes no report", hint="Use --format text or json.")
    names = project.shadow.drop_kept()
    if project.args.format == "json":
        print_json(DroppedDocument(version=VERSION, dropped=tuple(names)))
    else:
        for name in names:
            say(f"dropped {name}")
        if not names:
            say("Nothing was kept.")
    return 0


def _show(project: Project, planned: Planned, report: VerifyReport) -> None:
    say(f"{planned.migration.id}, plan {planned.plan.hash[:12]}")
    say()
    for line in report_lines(report):
        say(line)
    if report.artifacts or any(not deed.unobserved for deed in report.deeds):
        seen = judged(planned.plan, report.verified)
        say(f"  planned:  {verdict(planned.plan, project.policy)}")
        say(f"  observed: {verdict(seen, project.policy)}")
    say()
