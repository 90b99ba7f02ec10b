"""Reading schemas: the live one, the declared one, and the one after a migration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from psycopg import Connection

from migrate_core.declared.schema import DeclaredSchema, read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import (
    BuildSource,
    CommandSource,
    DatabaseSource,
    FileSource,
    FolderSource,
    Source,
)
from migrate_core.errors import MigrationFileError, UnboundOperationError
from migrate_core.files.config import Configuration, require
from migrate_core.files.migration import Migration
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.version import major
from migrate_core.schema.graph import SchemaGraph

Schemas = Sequence[str] | None


def declared_source(config: Configuration) -> Source | None:
    """Where zanith.toml says that the wanted schema comes from."""
    given, folder = config.declared, config.folder
    if given.folder is not None:
        return FolderSource(str(folder / given.folder))
    if given.file is not None:
        return FileSource(str(folder / given.file))
    if given.command:
        return CommandSource(given.command, cwd=str(folder))
    if given.build:
        return BuildSource(given.build, cwd=str(folder))
    if given.database is not None:
        url = require(config.declared_url, variable=given.database, purpose="the declared database")
        return DatabaseSource(Endpoint.from_url(url))
    return None


def found(endpoint: Endpoint, schemas: Schemas = None) -> SchemaGraph:
    """The live schema."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        return read_live(conn, endpoint, schemas)


def read_live(conn: Connection[Any], endpoint: Endpoint, schemas: Schemas = None) -> SchemaGraph:
    """Where `conn` is, with a second session to help where there is much to read."""
    return read_graph(conn, schemas, more=partial(plan_session, endpoint, "zanith/read"))


def wanted(source: Source, shadow: ShadowServer, major: int, schemas: Schemas) -> DeclaredSchema:
    """The declared schema, as a server of the target's major sees it."""
    return read_declared(source, shadow, major=major, schemas=schemas)


def server_major(endpoint: Endpoint) -> int:
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        return major(conn)


def after(graph: SchemaGraph, migration: Migration) -> SchemaGraph:
    """The schema after a migration, without touching a database.

    Raises:
        MigrationFileError: an operation speaks of what is not there; says which.
    """
    for number, operation in enumerate(migration.operations, start=1):
        try:
            graph = operation.bind(graph).apply(graph)
        except UnboundOperationError as error:
            raise MigrationFileError(
                error.message,
                file=f"{migration.id}.yaml",
                operation=number,
                detail=error.detail,
                hint=error.hint,
            ) from error
    return graph


def after_all(graph: SchemaGraph, migrations: Iterable[Migration]) -> SchemaGraph:
    for migration in migrations:
        graph = after(graph, migration)
    return graph
