"""Compare the live schema with the last one on the record. Exits with 4 where they differ."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.api import Drift
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import plural, print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.errors import DriftError
from migrate_core.pg import codec


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.drift(project.endpoint, project.schemas)
    if args.format == "json":
        print_json({**codec.to_builtins(found), "drift": found.is_drift})
    else:
        _show(found)
    opened = api.open_run(project.endpoint)
    if opened and args.format == "text":
        say(f"Run {opened.run_id} is {opened.state}: a part of this is its own doing.")
    return DriftError.exit_code if found.is_drift else 0


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
