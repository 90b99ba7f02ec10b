"""Compare the live schema with the last one on the record. Exits with 4 where they differ."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.api import Drift
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import plural, say
from migrate_core.cli.console.project import open_project
from migrate_core.cli.reports.drift import drift_report
from migrate_core.cli.reports.publish import FORMATS, TEXT, add_reports, publish
from migrate_core.errors import DriftError

__all__ = ["FORMATS", "add_arguments", "run"]


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_reports(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.drift(project.endpoint, project.schemas)
    run = api.open_run(project.endpoint)
    opened = f"Run {run.run_id} is {run.state}: a part of this is its own doing." if run else ""
    code = DriftError.exit_code if found.is_drift else 0
    if args.format == TEXT:
        _show(found)
        if opened:
            say(opened)
    publish(lambda: drift_report(project, found, opened, code), args)
    return code


def _show(found: Drift) -> None:
    if found.recorded is None:
        say("The ledger knows no schema yet.")
        say("next: zanith migrate adopt takes the live schema as the baseline")
    elif found.is_drift:
        say(f"Drift: {plural(len(found.changed), 'object')} changed outside of migrations.")
        for name in found.changed:
            say(f"  {name}")
        say("next: undo it by hand, or zanith migrate adopt")
    else:
        say("No drift: live is what the ledger says.")
