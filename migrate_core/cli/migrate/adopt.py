"""Take the live schema as the baseline: an existing database, or a change made by hand.

From then on the record says that the schema is as it is now. Nothing but the ledger is
written.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.options import add_break_glass, add_database
from migrate_core.cli.console.output import note, print_json, say
from migrate_core.cli.console.project import open_project


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    before = api.drift(project.endpoint, project.schemas)
    fingerprint = api.adopt(
        project.endpoint,
        actor=project.actor,
        schemas=project.schemas,
        mac_key=project.evidence_key,
    )
    if args.format == "json":
        print_json({"fingerprint": fingerprint, "changed": before.changed})
        return 0
    for name in before.changed:
        note(f"taken over: {name}")
    say(f"Baseline taken: {fingerprint[:12]}")
    say("next: zanith migrate generate --name SLUG")
    return 0
