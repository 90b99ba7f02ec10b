"""List what migrations parked: kept, and with --all restored and purged ones too."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from migrate_core import api
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import columns, moment, note, plural, print_json, say
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
    if any(_is_over(artifact) for artifact in found):
        note("What has expired is kept until somebody cleans up: zanith recover cleanup")
    return 0


def _row(row: ArtifactRow) -> tuple[str, ...]:
    rows = "" if row.row_count is None else plural(row.row_count, "row")
    size = "" if row.bytes is None else human_bytes(row.bytes)
    word = "EXPIRED" if _is_over(row) else "until"
    until = f"{word} {moment(row.expires_at)[:10]}" if row.expires_at else ""
    return (str(row.id)[:8], row.status, row.kind, row.source, rows, size, until)


def _is_over(row: ArtifactRow) -> bool:
    return (
        row.status == "kept" and row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    )
