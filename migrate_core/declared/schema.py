"""From a declared source to the SchemaGraph that is wanted.

Nothing is parsed: SQL is loaded into a scratch database of the target's major version and
read back by the same code that reads the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from msgspec import Struct

from migrate_core.declared import (
    commands,
    ephemeral,
    files,
    loader,
    mentions,
    outside,
    renamed,
    silence,
)
from migrate_core.declared.ephemeral import Room
from migrate_core.declared.kept import Kept
from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Original
from migrate_core.declared.renamed import RenamedFrom
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.declared.sources import (
    BuildSource,
    CommandSource,
    DatabaseSource,
    FileSource,
    FolderSource,
    SnapshotSource,
    Source,
    TextSource,
)
from migrate_core.declared.statements import File, Statement
from migrate_core.declared.watchdog import watchdog
from migrate_core.errors import ConnectionFailedError, DeclaredError, ShadowError
from migrate_core.introspection.graph import read_graph
from migrate_core.pg import connect
from migrate_core.pg.version import major as major_of
from migrate_core.schema.graph import SchemaGraph

APPLICATION = "zanith/declared"
READ_SECONDS = 120


class DeclaredSchema(Struct, frozen=True, kw_only=True):
    graph: SchemaGraph
    notes: tuple[str, ...] = ()  # what was passed over: OWNER TO, extensions, psql commands
    files: tuple[tuple[str, str], ...] = ()  # name and text, as they were loaded
    renames: tuple[RenamedFrom, ...] = ()  # as comments in them say


def read_declared(
    source: Source,
    shadow: ShadowServer,
    *,
    major: int,
    schemas: Sequence[str] | None = None,
) -> DeclaredSchema:
    """The schema that a source declares, as a server of `major` sees it.

    Raises:
        DeclaredError: the source does not load; names file, line and column where it can.
        ShadowError: the shadow server cannot stand for the target; says what it lacks.
    """
    match source:
        case SnapshotSource(graph):
            return DeclaredSchema(graph=graph)
        case DatabaseSource(endpoint):
            with connect.plan_session(endpoint, APPLICATION) as conn:
                graph = read_graph(conn, schemas)
                found = major_of(conn)
            note = f"read from PostgreSQL {found}, the target runs {major}"
            return DeclaredSchema(graph=graph, notes=(note,) if found != major else ())
    shadow.require(major)
    with built(source, shadow) as (scratch, notes, texts):
        graph = introspect(scratch, shadow, schemas)
        # A build command leaves a database behind, and no text to look into.
        statements = files.statements(texts)[0] if texts else ()
        said = silence.unsaid(statements, scratch.lent)
        silent = silence.unsaid_by_build(graph) if isinstance(source, BuildSource) else said
        return DeclaredSchema(
            graph=silence.with_unsaid(graph, silent),
            notes=notes + silence.in_words(silent),
            files=tuple((file.name, file.text) for file in texts),
            renames=renamed.said(statements),
        )


Built = tuple[Scratch, tuple[str, ...], tuple[File, ...]]


@contextmanager
def built(
    source: FolderSource | FileSource | TextSource | CommandSource | BuildSource,
    shadow: ShadowServer,
    *,
    extensions: Sequence[WantedExtension] = (),
) -> Iterator[Built]:
    """A scratch database that holds the declared schema, what was passed over, and the files."""
    if isinstance(source, BuildSource):
        if shadow.stands_for:
            raise ShadowError(
                "a build command cannot make its schema in an ephemeral schema",
                detail="It names the schema itself, and its statements are not ours to map.",
                hint="Declare SQL, or give the shadow a login that may create databases.",
            )
        with shadow.database(extensions=extensions) as scratch:
            commands.run_build(source, scratch.endpoint)
            yield scratch, (), ()
        return
    texts = read_files(source)
    with loaded(texts, shadow, extensions=extensions) as (scratch, notes):
        yield scratch, notes, texts


@contextmanager
def loaded(
    texts: Sequence[File],
    shadow: ShadowServer,
    *,
    extensions: Sequence[WantedExtension] = (),
    more_roles: Sequence[str] = (),
    like: Original | None = None,
    keep: Callable[[Kept], None] | None = None,
) -> Iterator[tuple[Scratch, tuple[str, ...]]]:
    """A scratch database that these files were loaded into; `more_roles` are there as well.

    `like` and `keep` as for ShadowServer.database().
    """
    statements, passed = files.statements(texts)
    notes = tuple(
        f"{c.file.name}:{c.file.place(c.start)[0]}: psql's \\{c.name} passed over" for c in passed
    )
    wanted = {e.name: e for e in (*extensions, *mentions.extensions(statements))}
    with shadow.database(
        wanted_roles=sorted({*mentions.roles(statements), *more_roles}),
        extensions=tuple(wanted.values()),
        like=like,
        keep=keep,
    ) as scratch:
        if scratch.room:
            statements = _mapped(texts, statements, scratch, scratch.room)
        yield scratch, notes + tuple(map(scratch.back, loader.load(scratch, statements, shadow)))


def _mapped(
    texts: Sequence[File], statements: Sequence[Statement], scratch: Scratch, room: Room
) -> tuple[Statement, ...]:
    """The same statements, in an ephemeral schema's spelling.

    Raises:
        DeclaredError: one is about something that lies in no schema, or in another.
    """
    found = outside.first_outside(statements, room.spelling.real, room.installed.extensions)
    if found:
        statement, why = found
        raise statement.error(why, hint="Give the shadow a login that may create databases.")
    there = [File(file.name, scratch.there(file.text)) for file in texts]
    return files.statements(there)[0]


def read_files(source: FolderSource | FileSource | TextSource | CommandSource) -> tuple[File, ...]:
    """The SQL of a source that has any."""
    match source:
        case FolderSource(path):
            return files.read_folder(path)
        case FileSource(path):
            return files.read_file(path)
        case TextSource(named):
            return files.from_text(named)
        case CommandSource():
            return commands.run_command(source)


def introspect(
    scratch: Scratch, shadow: ShadowServer, schemas: Sequence[str] | None
) -> SchemaGraph:
    """Read it back as the login that owns it, never as anybody with more rights.

    Raises:
        DeclaredError: what was loaded made its own database unreadable.
    """
    with watchdog(READ_SECONDS, lambda: shadow.terminate(scratch.name)) as dog:
        try:
            if scratch.room:
                with scratch.session() as conn:
                    return ephemeral.introspect(conn, scratch.room)
            with scratch.reader() as conn:
                return read_graph(conn, schemas)
        except (psycopg.Error, ConnectionFailedError) as error:
            slow = f"It took longer than {READ_SECONDS} seconds." if dog.expired else ""
            raise DeclaredError(
                "the declared schema was loaded, but cannot be read back",
                detail=slow or _said(error),
                sqlstate=error.sqlstate or "",
            ) from error


def _said(error: psycopg.Error | ConnectionFailedError) -> str:
    if isinstance(error, ConnectionFailedError):
        return error.detail
    return error.diag.message_primary or str(error).strip()
