"""Show how FROM would have to change to become TO.

Each of FROM and TO is the URL of a database, a folder of .sql files, one .sql file, a
snapshot (.json, as --save writes it), or `command:ARGV`.
With --format sql, standard output holds nothing but statements, in running order.
"""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec

from migrate_core import api
from migrate_core.cli.console.coverage import say_uncovered
from migrate_core.cli.console.options import add_drops, add_strict
from migrate_core.cli.console.output import columns, note, plural, print_json, say
from migrate_core.cli.console.project import Project, open_project
from migrate_core.declared.sources import (
    CommandSource,
    DatabaseSource,
    FileSource,
    FolderSource,
    SnapshotSource,
    Source,
)
from migrate_core.diff.diff import diff
from migrate_core.errors import MisuseError
from migrate_core.operations.base import Operation, Place
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint
from migrate_core.pg.ddl import Stage, StageMode
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.graph import SchemaGraph

FORMATS = ("text", "json", "sql")
_URL = ("postgresql://", "postgres://")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("before", metavar="FROM")
    parser.add_argument("after", metavar="TO")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the schema TO as a snapshot (.json)"
    )
    add_drops(parser, DropMode.PLAIN)
    add_strict(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    sources = (_source(args.before, project), _source(args.after, project))
    major = _major(sources, project)
    before, after = (_read(source, major, project) for source in sources)
    if args.save:
        args.save.write_bytes(codec.encode(after))
    operations = diff(before, after, Answers(drops=args.drops))
    say_uncovered(before, after, strict=args.strict)
    if args.format == "sql":
        for statement in statements(before, operations, major):
            print(statement)
    elif args.format == "json":
        print_json([codec.to_builtins(operation) for operation in operations])
    else:
        for line in columns((op.kind, op.label) for op in operations):
            say(line)
    note(plural(len(operations), "operation") if operations else "The two schemas are the same.")
    return 0


def statements(before: SchemaGraph, operations: tuple[Operation, ...], major: int) -> Iterator[str]:
    """Each ends in `;` and runs by itself, outside a transaction block, but for rows that move."""
    for setting in sorted({name for operation in operations for name in operation.settings()}):
        yield f"SET {setting};"
    graph = before
    for number, written in enumerate(operations, start=1):
        operation = written.bind(graph)
        graph = operation.apply(graph)
        place = Place(migration_id="diff", step=number, major=major)
        stages = operation.stages(place)
        park = operation.park(place)
        if park and park.statements:
            yield from _together(park.statements, stages[:1])
            stages = stages[1:]
        for stage in stages:
            if stage.mode is StageMode.BATCHED:
                note(f"{operation.kind} {operation.label}: written in one go here")
            if stage.together:
                yield from _together((), (stage,))
            else:
                yield from (_ended(statement.sql) for statement in stage.statements)


def _together(copy: tuple[str, ...], first: tuple[Stage, ...]) -> Iterator[str]:
    """A lock, a copy and a drop: a row written between them would be lost."""
    yield "BEGIN;"
    yield "SET LOCAL row_security = off;"  # better no copy than one of what policies show
    yield from map(_ended, copy)
    yield from (_ended(statement.sql) for stage in first for statement in stage.statements)
    yield "COMMIT;"


def _ended(sql: str) -> str:
    """A comment at the end of a person's SQL would swallow the semicolon."""
    last = sql.rstrip().rpartition("\n")[2]
    return f"{sql.rstrip()}\n;" if "--" in last else f"{sql.rstrip()};"


def _source(text: str, project: Project) -> Source:
    path = Path(text)
    if text.startswith(_URL):
        return DatabaseSource(Endpoint.from_url(text))
    if text.startswith("command:"):
        return CommandSource(tuple(shlex.split(text.removeprefix("command:"))))
    if path.is_dir():
        return FolderSource(text)
    if path.suffix == ".json" and path.is_file():
        return SnapshotSource(_snapshot(path))
    if path.is_file():
        return FileSource(text)
    raise MisuseError(
        f'"{text.partition("@")[2] or text}" is no database, folder or file',
        hint="Give a postgresql:// URL, a folder, a .sql file, a snapshot or command:ARGV.",
    )


def _snapshot(path: Path) -> SchemaGraph:
    try:
        return codec.decode(path.read_bytes(), SchemaGraph)
    except msgspec.DecodeError as error:
        raise MisuseError(
            f"{path}: not a snapshot: {error}", hint="zanith diff --save writes one."
        ) from error


def _major(sources: tuple[Source, ...], project: Project) -> int:
    """Of a database that takes part, else of the shadow."""
    for source in sources:
        if isinstance(source, DatabaseSource):
            return api.server_major(source.endpoint)
    return project.shadow.version


def _read(source: Source, major: int, project: Project) -> SchemaGraph:
    if isinstance(source, DatabaseSource):
        return api.found(source.endpoint, project.schemas)
    if isinstance(source, SnapshotSource):
        return source.graph
    declared = api.wanted(source, project.shadow, major, project.schemas)
    for said in declared.notes:
        note(said)
    return declared.graph
