"""Where a declared schema comes from, as values."""

from __future__ import annotations

from msgspec import Struct

from migrate_core.pg.connect import Endpoint
from migrate_core.schema.graph import SchemaGraph


class FolderSource(Struct, frozen=True, tag=True):
    """Every `.sql` file below a folder, in the order of their paths."""

    path: str


class FileSource(Struct, frozen=True, tag=True):
    path: str


class TextSource(Struct, frozen=True, tag=True):
    """SQL that was uploaded or pasted: (file name, text)."""

    files: tuple[tuple[str, str], ...]


class CommandSource(Struct, frozen=True, tag=True):
    """A command whose standard output is the schema as SQL.

    `environment` is added to what the command inherits; neither credentials of the target
    nor of the shadow are inherited.
    """

    argv: tuple[str, ...]
    cwd: str = "."
    environment: tuple[tuple[str, str], ...] = ()


class BuildSource(Struct, frozen=True, tag=True):
    """A command that makes the schema in an empty database: any ORM's own migrations.

    It finds the database in DATABASE_URL, in libpq's PG* variables, and where an argument
    says `{url}`.
    """

    argv: tuple[str, ...]
    cwd: str = "."
    environment: tuple[tuple[str, str], ...] = ()


class DatabaseSource(Struct, frozen=True, tag=True):
    endpoint: Endpoint


class SnapshotSource(Struct, frozen=True, tag=True):
    graph: SchemaGraph


Source = (
    FolderSource
    | FileSource
    | TextSource
    | CommandSource
    | BuildSource
    | DatabaseSource
    | SnapshotSource
)
