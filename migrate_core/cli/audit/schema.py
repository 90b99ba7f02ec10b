"""What the schema looked like at a moment: the last picture that was taken until then.

With --format sql, standard output holds the statements that make it. `--against` lists what
differs between two moments, or between one and now (`live`).
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime, timedelta

from migrate_core import api
from migrate_core.cli.console.asking import FORMATS
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import moment, note, plural, print_json, say
from migrate_core.cli.console.project import Project, open_project
from migrate_core.cli.diff import statements
from migrate_core.diff.diff import diff
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.fingerprint import changed_objects, objects
from migrate_core.schema.graph import SchemaGraph

__all__ = ["FORMATS", "add_arguments", "run"]

LIVE = "live"


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--at", type=moment_of, required=True, metavar="DATE", help="2026-11-20T09:30 or 2026-11-20"
    )
    parser.add_argument(
        "--against", type=moment_of, metavar="DATE", help="list what differs from then, or `live`"
    )


def moment_of(text: str) -> datetime | str:
    """In UTC where it does not say; a date without a time is the end of that day."""
    if text == LIVE:
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date, as 2026-11-20") from error
    if len(text) == len("2026-11-20"):
        found += timedelta(days=1, microseconds=-1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run(args: Namespace) -> int:
    project = open_project(args)
    graph = _schema(project, args.at)
    if args.against:
        return _compare(args, graph, _schema(project, args.against))
    if args.format == "json":
        print_json(graph)
    elif args.format == "sql":
        empty = SchemaGraph(major=graph.major)
        for statement in statements(empty, diff(empty, graph, Answers()), graph.major):
            print(statement)
    else:
        for name, _digest in objects(graph):
            say(f"  {name}")
    return 0


def _schema(project: Project, at: datetime | str) -> SchemaGraph:
    if isinstance(at, str):
        note("now, as it is live")
        return api.found(project.endpoint, project.schemas)
    snapshot, graph = api.schema_at(project.endpoint, at)
    whose = f"{snapshot.phase} {snapshot.migration_id or ''}".strip()
    taken = f"{moment(snapshot.taken_at)} UTC"
    note(f"as of {taken}, {whose}, fingerprint {snapshot.fingerprint[:12]}")
    return graph


def _compare(args: Namespace, before: SchemaGraph, after: SchemaGraph) -> int:
    if args.format == "sql":
        operations = diff(before, after, Answers(drops=DropMode.PLAIN))
        for statement in statements(before, operations, after.major):
            print(statement)
        return 0
    changed = changed_objects(before, after)
    if args.format == "json":
        print_json({"changed": changed})
        return 0
    for name in changed:
        say(f"  {name}")
    note(f"{plural(len(changed), 'object')} differ" if changed else "The two are the same.")
    return 0
