"""Look into an artifact: what it was, whether it is intact, a few of its rows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.artifacts import add_artifact, find
from migrate_core.cli.console.output import columns, moment, print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.pg import codec
from migrate_core.recovery import Inspection

_INTACT = {True: "its checksum holds", False: "NOT what its checksum says", None: "no checksum"}


def add_arguments(parser: ArgumentParser) -> None:
    add_artifact(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    artifact = find(project)
    found = api.inspect(project.endpoint, artifact.id)
    if args.format == "json":
        # Values of any type: as PostgreSQL's driver read them, in words.
        sample = [[None if v is None else str(v) for v in row] for row in found.sample]
        data = {
            "artifact": codec.to_builtins(artifact),
            "exists": found.exists,
            "intact": found.intact,
            "rows_now": found.rows_now,
            "bytes_now": found.bytes_now,
            "columns": list(found.columns),
            "sample": sample,
        }
        print_json(data)
    else:
        _show(found)
    return 0


def _show(found: Inspection) -> None:
    row = found.artifact
    say(f"{row.id}  {row.kind}, {row.status}")
    facts = (
        ("was", row.source),
        ("parked as", f"{row.physical_name}{'.' if row.physical_column else ''}"
                      f"{row.physical_column or ''}"),
        ("by", f"{row.created_by}, {moment(row.created_at)} UTC"),
        ("migration", f"{row.migration_id or ''}, step {row.step}"),
        ("rows", "" if row.row_count is None else f"{row.row_count:,}"),
        ("there", "yes" if found.exists else "NO: somebody dropped it"),
        ("expires", f"{moment(row.expires_at)} UTC" if row.expires_at else "never"),
        ("intact", _INTACT[found.intact]),
    )  # fmt: skip
    for line in columns(facts):
        say(line)
    say()
    say("To bring it back:")
    for sql in row.recovery_sql:
        say(f"  {sql};" if not sql.endswith(";") else f"  {sql}")
    if found.columns:
        say()
        values = [tuple("NULL" if v is None else str(v)[:40] for v in r) for r in found.sample]
        for line in columns([found.columns, *values]):
            say(line)
