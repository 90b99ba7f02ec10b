"""Kept values beside the rows that are live now: matched, missing, conflicting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import psycopg
from psycopg import Connection

from migrate_core.errors import MigrateError
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.park import ArtifactKind
from migrate_core.pg import codec
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.pg.queries import query
from migrate_core.schema.keeping import any_of, pairs, same
from migrate_core.schema.objects import Value
from migrate_core.schema.removal import ColumnParts, TableParts

_BOTH = "t._zanith_there AND a._zanith_there"


class UncomparableError(MigrateError):
    """PostgreSQL refused to read one side."""

    code = "uncomparable"


class Matching(Value, frozen=True, kw_only=True):
    """Counts of rows, and the keys of the first few that need a look."""

    matched: int
    missing: int  # kept, and gone from the live table
    written_since: int  # live, and nothing was kept for them
    lacking: int = 0  # matched, and without a value that was kept
    conflicting: int = 0  # matched, and with another value than was kept
    compared: tuple[str, ...] = ()  # columns that are there on both sides, of one type
    missing_keys: tuple[str, ...] = ()
    conflicting_keys: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, conn: Connection[Any], artifact: ArtifactRow, column: str | None = None
    ) -> Self | None:
        """None where there is no live table, or no key to match by. `column`: it alone.

        Raises:
            UncomparableError: the rows cannot be read.
        """
        sides = _Sides.of(conn, artifact, column)
        try:
            return cls._read(conn, sides) if sides else None
        except psycopg.Error as error:
            raise UncomparableError(
                f"rows of {live_table(artifact)} cannot be compared with what is kept",
                detail=error.diag.message_primary or "",
                sqlstate=error.sqlstate or "",
                hint="Give the login that reads the target the right to, then look again.",
            ) from error

    @classmethod
    def _read(cls, conn: Connection[Any], sides: _Sides) -> Self:
        found = pairs(sides.columns, live="t", kept="a")
        conflicting = any_of(pair.conflicts for pair in found)
        text = ddl(
            query(__package__, "match"),
            rows=raw(sides.rows),
            lacking=raw(any_of(pair.fills for pair in found)),
            conflicting=raw(conflicting),
        )
        row = conn.execute(text.encode()).fetchone()
        assert row is not None  # an aggregate always answers
        return cls(
            matched=row[0],
            missing=row[1],
            written_since=row[2],
            lacking=row[3],
            conflicting=row[4],
            compared=sides.columns,
            missing_keys=sides.keys(conn, "t._zanith_there IS NULL") if row[1] else (),
            conflicting_keys=(sides.keys(conn, f"{_BOTH} AND ({conflicting})") if row[4] else ()),
        )


class _Sides(Value, frozen=True, kw_only=True):
    """`rows`: what joins live rows, as t, with what was kept, as a."""

    rows: str
    key: tuple[str, ...]  # empty: rows are told apart by nothing
    columns: tuple[str, ...]
    in_place: bool = False

    @classmethod
    def of(cls, conn: Connection[Any], artifact: ArtifactRow, column: str | None) -> Self | None:
        live = live_table(artifact)
        there = _columns(conn, live)
        if not there:
            return None
        if artifact.kind == ArtifactKind.SOFT_DROP_COLUMN:
            return cls._in_place(artifact, live, there)
        return cls._by_key(conn, artifact, live, there, column)

    @classmethod
    def _in_place(cls, artifact: ArtifactRow, live: QualifiedName, there: _Columns) -> Self:
        """The values stand in their rows: a row without one may have been written since."""
        own, parked = column_of(artifact), artifact.physical_column or ""
        rows = ddl(
            "(SELECT live.*, true AS _zanith_there FROM {live} AS live) AS t CROSS JOIN LATERAL"
            " (SELECT t.{parked} AS {own},"
            " nullif(t.{parked} IS DISTINCT FROM NULL, false) AS _zanith_there) AS a",
            live=live,
            parked=parked,
            own=own,
        )
        compared = own in there and parked in there and there[own][1] == there[parked][1]
        key = _key(there)
        return cls(rows=rows, key=key, columns=(own,) if compared else (), in_place=True)

    @classmethod
    def _by_key(
        cls,
        conn: Connection[Any],
        artifact: ArtifactRow,
        live: QualifiedName,
        there: _Columns,
        column: str | None,
    ) -> Self | None:
        source = QualifiedName.parse(artifact.physical_name)
        kept = _columns(conn, source)
        key = _key(kept)
        if not key or any(name not in there or there[name][1] != kept[name][1] for name in key):
            return None
        rows = ddl(
            "(SELECT live.*, true AS _zanith_there FROM {live} AS live) AS t FULL JOIN"
            " (SELECT kept.*, true AS _zanith_there FROM ONLY {kept} AS kept) AS a ON {same}",
            live=live,
            kept=source,
            same=raw(same(key, "a", "t")),
        )
        return cls(rows=rows, key=key, columns=tuple(_common(kept, there, key, column)))

    def keys(self, conn: Connection[Any], meant: str) -> tuple[str, ...]:
        """Of the first few rows that are meant."""
        if not self.key:
            return ()
        key = [self._known(name) for name in self.key]
        text = ddl(
            query(__package__, "some_keys"),
            texts=raw(", ".join(f"{value}::text" for value in key)),
            rows=raw(self.rows),
            meant=raw(meant),
            key=raw(", ".join(key)),
        )
        found = conn.execute(text.encode()).fetchall()
        return tuple(str(row[0]) for row in found)

    def _known(self, name: str) -> str:
        if self.in_place:
            return ddl("t.{name}", name=name)
        return ddl("coalesce(t.{name}, a.{name})", name=name)


_Columns = Mapping[str, tuple[bool, str]]  # name -> (is part of the primary key, type)


def _columns(conn: Connection[Any], relation: QualifiedName) -> _Columns:
    rows = conn.execute(query(__package__, "columns"), {"name": str(relation)}).fetchall()
    return {name: (in_key, type_text) for name, in_key, type_text in rows}


def _key(columns: _Columns) -> tuple[str, ...]:
    return tuple(name for name, (in_key, _type) in columns.items() if in_key)


def key_of(conn: Connection[Any], relation: QualifiedName) -> tuple[tuple[str, str], ...]:
    """The columns of its primary key, each with its type."""
    found = _columns(conn, relation)
    return tuple((name, found[name][1]) for name in _key(found))


def _common(
    kept: _Columns, there: _Columns, key: tuple[str, ...], column: str | None
) -> Iterator[str]:
    for name, (_, type_text) in kept.items():
        same_type = name in there and there[name][1] == type_text
        if same_type and name not in key and column in (None, name):
            yield name


def column_of(artifact: ArtifactRow) -> str:
    """The name that a dropped column had."""
    return str(codec.convert(artifact.definition, ColumnParts).column.name)


def live_table(artifact: ArtifactRow) -> QualifiedName:
    """The table as it was called: of a dropped column, or the dropped one itself."""
    if artifact.kind in (ArtifactKind.SOFT_DROP_COLUMN, ArtifactKind.ARCHIVE_COLUMN):
        column = quote_ident(column_of(artifact))
        return QualifiedName.parse(artifact.source.removesuffix(f".{column}"))
    parts: TableParts = codec.convert(artifact.definition, TableParts)
    return parts.table.name


def rows_without_value(conn: Connection[Any], artifact: ArtifactRow) -> int:
    """Rows that would hold NULL in a column that may not; 0 where NULL is allowed."""
    if not codec.convert(artifact.definition, ColumnParts).column.not_null:
        return 0
    matching = Matching.of(conn, artifact)
    return matching.written_since if matching else 0
