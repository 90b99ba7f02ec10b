"""Write the migration that leads from the live schema to the declared one.

Migrations that are pending already count as applied. Questions that two schemas cannot
answer are asked on a terminal; elsewhere they are listed with the option that answers them.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from migrate_core import api
from migrate_core.api import Generated
from migrate_core.cli.console import answers as asking
from migrate_core.cli.console.coverage import say_uncovered
from migrate_core.cli.console.options import add_database, add_drops, add_strict, pair
from migrate_core.cli.console.output import columns, note, plural, print_json, say
from migrate_core.cli.console.project import Project, open_project
from migrate_core.declared.schema import DeclaredSchema
from migrate_core.errors import MisuseError
from migrate_core.files.migration import Migration
from migrate_core.files.schema import SCHEMA_FILE, schema_text
from migrate_core.pg import codec
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.graph import SchemaGraph


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--name", metavar="SLUG", help="as add_last_login")
    which.add_argument(
        "--again",
        metavar="ID",
        help="write this pending migration anew: what was answered for it, its file remembers",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the file, write nothing")
    parser.add_argument(
        "--backfill",
        type=pair,
        action="append",
        default=[],
        metavar="TABLE.COLUMN=SQL",
        help="the value for existing rows; may be repeated",
    )
    parser.add_argument(
        "--expand",
        action="append",
        default=[],
        metavar="TABLE.COLUMN",
        help="change this column's type or name in two migrations, expand and contract;"
        " may be repeated",
    )
    parser.add_argument(
        "--rename",
        type=pair,
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="an object or TABLE.COLUMN that only has another name; may be repeated",
    )
    add_drops(parser, DropMode.SOFT)
    add_strict(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    endpoint = project.endpoint
    live = api.found(endpoint, project.schemas)
    major = api.server_major(endpoint)
    declared = api.wanted(project.source, project.shadow, major, project.schemas)
    for said in declared.notes:
        note(said)
    waiting = api.pending(endpoint, project.migrations())
    old = _again(args, waiting)
    found = _generate(project, live, declared, [m for m in waiting if m not in old], old)
    say_uncovered(live, declared.graph, strict=args.strict)
    paths = [] if args.dry_run else _write_all(project, found, old)
    _show(args, found, paths)
    return 0


def _again(args: Namespace, waiting: Sequence[Migration]) -> list[Migration]:
    """The migration that is generated again, and the one that contracts what it expands."""
    if not args.again:
        return []
    old = [m for m in waiting if args.again in (m.id, m.needs)]
    if not old or old[0].id != args.again:
        raise MisuseError(
            f"no migration {args.again} is pending",
            hint="What was applied is what it is; generate a new one by --name.",
        )
    return old


def _generate(
    project: Project,
    live: SchemaGraph,
    declared: DeclaredSchema,
    waiting: Sequence[Migration],
    old: Sequence[Migration] = (),
) -> Generated:
    args, wanted = project.args, declared.graph
    given = Answers(
        drops=args.drops,
        renames=asking.renames(args.rename, live, wanted),
        backfills=asking.backfills(args.backfill, wanted),
        expand=asking.expansions(args.expand, live),
    )
    given = api.remembered(old, given)
    now, name = _moment_after(project.migrations()), args.name
    if old:
        now, name = _moment_of(old[0]), old[0].id[16:].removesuffix("_expand")

    def again(answers: Answers) -> Generated:
        return api.generate(
            live,
            wanted,
            name=name,
            answers=answers,
            pending=waiting,
            now=now,
            schema=project.config.schema_file,
            renames=(*project.config.renames, *declared.renames),
            endpoint=project.endpoint,
        )

    found = again(given)
    if asking.is_terminal() and args.format == "text":
        found, given = asking.ask_all(found, given, again)
    asking.list_open(found)
    return found


def _moment_after(migrations: Sequence[Migration]) -> datetime:
    """Now, or later where a file says that it is of tomorrow: ids are the running order."""
    now = datetime.now(UTC).replace(microsecond=0)
    return max([now, *(_moment_of(m) + timedelta(seconds=1) for m in migrations)])


def _moment_of(migration: Migration) -> datetime:
    return datetime.strptime(migration.id[:15], "%Y%m%d_%H%M%S").replace(tzinfo=UTC)


def _texts(found: Generated) -> Iterator[tuple[Migration, str]]:
    if found.text:
        yield found.migration, found.text
    if found.contract:
        yield found.contract, found.contract_text


def _write_all(project: Project, found: Generated, old: Sequence[Migration]) -> list[str]:
    """In the place of what is generated again, if anything differs at all."""
    for migration in old if found.text else ():
        project.path(migration).unlink()
    return [_write(project, migration, text) for migration, text in _texts(found)]


def _write(project: Project, migration: Migration, text: str) -> str:
    """A new file, never over another one; and the schema that editors check it by."""
    path = project.path(migration)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    schema = path.parent / SCHEMA_FILE
    if project.config.schema_file:
        return str(path)
    if not schema.exists() or schema.read_text(encoding="utf-8") != schema_text():
        schema.write_text(schema_text(), encoding="utf-8")
    return str(path)


def _show(args: Namespace, found: Generated, paths: Sequence[str]) -> None:
    if args.format == "json":
        print_json(_data(found, paths))
        return
    if found.pending:
        note(f"pending already: {', '.join(found.pending)}")
    if not found.text:
        say("Nothing to generate: the live schema, with what is pending, is the declared one.")
        return
    if args.dry_run:
        print("\n".join(text for _migration, text in _texts(found)), end="")
        return
    for (migration, _text), path in zip(_texts(found), paths, strict=True):
        operations = migration.operations
        rows = [(f"{n:02}", op.kind, op.label) for n, op in enumerate(operations, start=1)]
        for line in columns(rows):
            say(line)
        say()
        say(f"{plural(len(operations), 'operation')}, ordered safely, written to {path}")
        if migration.needs:
            say(f"It needs {migration.needs}: apply it once nothing writes the old form any more.")
    say("next: zanith migrate plan")


def _data(found: Generated, paths: Sequence[str]) -> dict[str, Any]:
    contract = found.contract
    second = {
        "id": contract.id,
        "path": paths[1] if len(paths) > 1 else "",
        "text": found.contract_text,
        "needs": contract.needs,
        "operations": [codec.to_builtins(op) for op in contract.operations],
    } if contract else None  # fmt: skip
    return {
        "id": found.migration.id,
        "path": paths[0] if paths else "",
        "text": found.text,
        "contract": second,
        "expandable": [str(ref) for ref in found.expandable],
        "operations": [codec.to_builtins(op) for op in found.migration.operations],
        "questions": [{"old": str(q.old), "new": q.new, "why": q.why} for q in found.questions],
        "backfills_needed": [str(ref) for ref in found.backfills_needed],
        "pending": list(found.pending),
    }
