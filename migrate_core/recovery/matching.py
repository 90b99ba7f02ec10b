"""A column's kept values beside the rows that are live now."""

from __future__ import annotations

from typing import Any, Self

from psycopg import Connection

from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.base import ArtifactKind
from migrate_core.pg import codec
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value
from migrate_core.schema.removal import ColumnParts


class Matching(Value, frozen=True, kw_only=True):
    matched: int
    missing: int
    written_since: int

    @classmethod
    def of(cls, conn: Connection[Any], artifact: ArtifactRow) -> Self | None:
        """None for a table, whose rows were never apart from it, or whose live table is gone."""
        if artifact.kind == ArtifactKind.SOFT_DROP_COLUMN:
            return cls._in_place(conn, artifact)
        if artifact.kind == ArtifactKind.ARCHIVE_COLUMN:
            return cls._by_key(conn, artifact)
        return None

    @classmethod
    def _in_place(cls, conn: Connection[Any], artifact: ArtifactRow) -> Self:
        """The values stand in their rows: a row without one may have been written since."""
        text = ddl(
            "SELECT count(t.{column}), 0, count(*) - count(t.{column}) FROM ONLY {table} AS t",
            table=QualifiedName.parse(artifact.physical_name),
            column=artifact.physical_column or "",
        )
        return cls._read(conn, text)

    @classmethod
    def _by_key(cls, conn: Connection[Any], artifact: ArtifactRow) -> Self | None:
        archive = QualifiedName.parse(artifact.physical_name)
        table = table_of(artifact)
        there = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [str(table)]).fetchone()
        if not there or not there[0]:
            return None
        wanted = {"name": artifact.physical_name}
        columns = conn.execute(query(__package__, "columns"), wanted).fetchall()
        same = " AND ".join(
            f"a.{quote_ident(name)} = t.{quote_ident(name)}" for name, in_key in columns if in_key
        )
        text = ddl(query(__package__, "match"), table=table, archive=archive, same=raw(same))
        return cls._read(conn, text)

    @classmethod
    def _read(cls, conn: Connection[Any], text: str) -> Self:
        row = conn.execute(text.encode()).fetchone()
        assert row is not None  # an aggregate always answers
        return cls(matched=row[0], missing=row[1], written_since=row[2])


def table_of(artifact: ArtifactRow) -> QualifiedName:
    """The table that a dropped column was of."""
    column = quote_ident(codec.convert(artifact.definition, ColumnParts).column.name)
    return QualifiedName.parse(artifact.source.removesuffix(f".{column}"))


def rows_without_value(conn: Connection[Any], artifact: ArtifactRow) -> int:
    """Rows that would hold NULL in a column that may not; 0 where NULL is allowed."""
    if not codec.convert(artifact.definition, ColumnParts).column.not_null:
        return 0
    matching = Matching.of(conn, artifact)
    return matching.written_since if matching else 0
