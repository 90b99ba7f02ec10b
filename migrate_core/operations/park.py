"""What an operation puts aside before it runs, and what it brings back or destroys."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Value
from migrate_core.schema.refs import Ref


class ArtifactKind(StrEnum):
    SOFT_DROP_COLUMN = "soft_drop_column"
    SOFT_DROP_TABLE = "soft_drop_table"
    ARCHIVE_COLUMN = "archive_column"
    ARCHIVE_TABLE = "archive_table"
    REBUILD_TABLE = "rebuild_table"


class Park(Value, frozen=True, kw_only=True):
    """An artifact: what must exist, in the same transaction, before a stage runs.

    First `statements` run (lock, copy), then the queries: `count`, `checksum` and `size` of
    the source, which still stands, and `copy_checksum`, which must equal `checksum` or the
    step fails with nothing changed. Each gives one row of one column.
    """

    kind: ArtifactKind
    source: Ref
    physical_name: QualifiedName  # table, or table of the parked column
    physical_column: str | None = None
    definition: dict[str, Any]  # enough to bring the object back whole
    recovery_sql: tuple[str, ...]
    statements: tuple[str, ...] = ()
    count: str | None = None
    checksum: str | None = None
    copy_checksum: str | None = None
    size: str | None = None  # query: bytes
    stage: int = 1  # that which parks it


class Release(Value, frozen=True, kw_only=True):
    """An artifact that this operation reads, and whose status it changes when it is done."""

    physical_name: QualifiedName
    physical_column: str | None = None
    status: str = "restored"  # or purged; kept: its checksum is asked, and it stays
