"""List what migrations parked: kept, and with --all restored and purged ones too."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import columns, moment, plural, print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.risk.facts import human_bytes


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument("--all", action="store_true", help="with restored and purged ones")


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.artifacts(project.endpoint, kept_only=not args.all)
    if args.format == "json":
        print_json(list(found))
        return 0
    if not found:
        say("Nothing is kept.")
    for line in columns(_row(artifact) for artifact in found):
        say(line)
    return 0


def _row(row: ArtifactRow) -> tuple[str, ...]:
    rows = "" if row.row_count is None else plural(row.row_count, "row")
    size = "" if row.bytes is None else human_bytes(row.bytes)
    until = f"until {moment(row.expires_at)[:10]}" if row.expires_at else ""
    return (str(row.id)[:8], row.status, row.kind, row.source, rows, size, until)
