"""Destroy what has expired and is past its days of grace. Nothing brings it back.

Shows what would go and asks for the words: on a terminal, elsewhere by --confirm "purge N".
Nothing goes before its expiry and the grace after it; --older-than only spares the younger.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import timedelta
from typing import Any

from migrate_core import api
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.artifacts import recover_run
from migrate_core.cli.console.options import add_break_glass, add_database, duration
from migrate_core.cli.console.output import columns, moment, note, plural, print_json, say
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.console.typed import require_typed
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.recovery import Expiry


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--older-than",
        type=duration,
        default=timedelta(),
        metavar="30d",
        help="only what was parked longer ago",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be destroyed")
    parser.add_argument("--confirm", metavar="WORDS", help='"purge N", N as --dry-run says')
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    if not args.dry_run:
        refuse_managed(project)
    grace = timedelta(days=project.config.recovery.grace_days)
    found = api.expiry(project.endpoint, grace=grace, older_than=args.older_than)
    if args.format == "text":
        _show(found)
    if args.dry_run or not found.overdue:
        if args.format == "json":
            print_json({"overdue": list(found.overdue), "in_grace": list(found.in_grace),
                        "expires_soon": list(found.expires_soon), "purged": []})  # fmt: skip
        return 0
    words = f"purge {len(found.overdue)}"
    note(f"This destroys {plural(len(found.overdue), 'object')} for good.")
    require_typed(args, words, what=f'"{words}"', wanted="Type it to go on")
    purged = [_purge(project, artifact) for artifact in found.overdue]
    if args.format == "json":
        print_json({"purged": purged})
    return 0


def _purge(project: Project, artifact: ArtifactRow) -> dict[str, Any]:
    """A run of its own: one that fails leaves the rest as it was."""
    plan = api.plan_purge(project.endpoint, artifact.id, schemas=project.schemas)
    return {"source": artifact.source, **recover_run(project, plan, artifact.id)}


def _show(found: Expiry) -> None:
    parts = (
        ("would be destroyed", found.overdue, "expired"),
        ("in grace: stays for now", found.in_grace, "expired"),
        ("expires within 7 days", found.expires_soon, "expires"),
    )
    if not any(rows for _title, rows, _word in parts):
        say("Nothing has expired, and nothing expires within 7 days.")
    for title, rows, word in parts:
        if rows:
            say(f"{title}:")
        for line in columns(_row(row, word) for row in rows):
            say(f"  {line}")


def _row(row: ArtifactRow, word: str) -> tuple[str, ...]:
    rows = "" if row.row_count is None else plural(row.row_count, "row")
    at = moment(row.expires_at)[:10] if row.expires_at else ""
    return (str(row.id)[:8], row.kind, row.source, rows, f"{word} {at}")
