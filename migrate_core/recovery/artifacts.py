"""The artifacts that are kept, and what each of them holds right now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core.errors import MigrateError
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.park import ArtifactKind
from migrate_core.pg import codec
from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import HIDDEN, QualifiedName, quote_ident
from migrate_core.pg.queries import query
from migrate_core.recovery.checksums import take_checksum
from migrate_core.schema.objects import Value
from migrate_core.schema.removal import ColumnParts

SAMPLE_ROWS = 5
DEFAULT_SCHEMA = ledger.DEFAULT_SCHEMA


class ArtifactGoneError(MigrateError):
    """No such artifact, or one that is no longer kept."""

    code = "artifact_gone"


class Content(Value, frozen=True, kw_only=True):
    """Where an artifact's rows are: columns of a relation, under the names they had."""

    relation: QualifiedName
    columns: tuple[tuple[str, str], ...]  # (name now, name then)

    def select(self, *, limit: int | None = None, as_text: bool = False) -> str:
        """As text there is no value that Python could not hold, like a date before Christ."""
        cast = "::text" if as_text else ""
        listed = ", ".join(f"t.{quote_ident(now)}{cast} AS {quote_ident(then)}"
                           for now, then in self.columns)  # fmt: skip
        limited = "" if limit is None else f" LIMIT {limit}"
        return ddl(
            "SELECT {columns} FROM ONLY {relation} AS t{limit}",
            columns=raw(listed),
            relation=self.relation,
            limit=raw(limited),
        )


class Inspection(Value, frozen=True, kw_only=True):
    artifact: ArtifactRow
    exists: bool  # whether what the row speaks of is there
    rows_now: int | None = None
    bytes_now: int | None = None
    intact: bool | None = None  # None: it has no checksum (a soft drop is the live data)
    columns: tuple[str, ...] = ()
    sample: tuple[tuple[str | None, ...], ...] = ()  # as PostgreSQL writes them


def artifacts(
    conn: Connection[Any], *, kept_only: bool = False, schema: str = DEFAULT_SCHEMA
) -> tuple[ArtifactRow, ...]:
    """Newest first."""
    found = ledger.artifacts(conn, schema)
    return tuple(a for a in found if a.status == "kept" or not kept_only)


def find(conn: Connection[Any], id: UUID, *, schema: str = DEFAULT_SCHEMA) -> ArtifactRow:
    """Raises ArtifactGoneError where the ledger has none of that id."""
    for artifact in ledger.artifacts(conn, schema):
        if artifact.id == id:
            return artifact
    raise ArtifactGoneError(
        f"there is no artifact {id}",
        hint="List the artifacts: zanith recover list.",
    )


def inspect(conn: Connection[Any], id: UUID, *, schema: str = DEFAULT_SCHEMA) -> Inspection:
    """Reads every row of an archive once, for its checksum."""
    artifact = find(conn, id, schema=schema)
    content = content_of(conn, artifact)
    if content is None:
        return Inspection(artifact=artifact, exists=False)
    with conn.transaction():
        sample = conn.execute(content.select(limit=SAMPLE_ROWS, as_text=True).encode()).fetchall()
        measured = conn.execute(
            ddl(query(__package__, "measure"), relation=content.relation),
            {"name": str(content.relation)},
        ).fetchone()
    assert measured is not None  # an aggregate always answers
    return Inspection(
        artifact=artifact,
        exists=True,
        rows_now=measured[0],
        bytes_now=measured[1],
        intact=is_intact(conn, artifact),
        columns=tuple(then for _, then in content.columns),
        sample=tuple(sample),
    )


def is_intact(conn: Connection[Any], artifact: ArtifactRow) -> bool | None:
    if artifact.checksum is None or artifact.checksum_sql is None:
        return None
    return take_checksum(conn, artifact.checksum_sql) == artifact.checksum


def content_of(conn: Connection[Any], artifact: ArtifactRow) -> Content | None:
    """None where relation or column is not there."""
    relation = QualifiedName.parse(artifact.physical_name)
    wanted = {"name": artifact.physical_name}
    rows = conn.execute(query(__package__, "columns"), wanted).fetchall()
    names = [row[0] for row in rows]
    parked = artifact.physical_column
    if not names or (parked and parked not in names):
        return None
    if parked is None:
        return Content(relation=relation, columns=tuple((n, n) for n in names))
    key = [row[0] for row in rows if row[1]] or [n for n in names if n != parked]
    own = codec.convert(artifact.definition, ColumnParts).column.name
    visible = [n for n in key if not n.startswith(HIDDEN)]
    columns = (*((n, n) for n in visible), (parked, own))
    return Content(relation=relation, columns=columns)


def is_column(artifact: ArtifactRow) -> bool:
    return artifact.kind in (ArtifactKind.SOFT_DROP_COLUMN, ArtifactKind.ARCHIVE_COLUMN)
