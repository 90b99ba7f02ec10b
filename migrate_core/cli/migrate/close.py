"""Give up a run that stopped half-way, and leave its done steps as they are, on the record.

The schema is then between two migrations, which is drift: undo it by hand, or adopt it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.options import add_break_glass, add_database
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.errors import MisuseError


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument("--reason", required=True, metavar="TEXT", help="goes on the record")
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    opened = api.open_run(project.endpoint)
    if opened is None:
        raise MisuseError("no run has stopped half-way", hint="There is nothing to close.")
    api.close(
        project.endpoint,
        opened.run_id,
        actor=project.actor,
        reason=args.reason,
        mac_key=project.evidence_key,
    )
    if args.format == "json":
        print_json({"run_id": opened.run_id, "migration_id": opened.migration_id})
        return 0
    say(f"Closed: run {opened.run_id} of {opened.migration_id or 'a restore'}")
    say("next: zanith migrate drift")
    return 0
