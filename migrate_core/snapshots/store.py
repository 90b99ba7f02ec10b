"""Stored schemas: content-addressed by fingerprint, so equal ones are kept once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from migrate_core.errors import TamperedError
from migrate_core.pg import codec
from migrate_core.pg.ddl import ddl
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.schema.fingerprint import changed_objects, fingerprint
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value

DEFAULT_SCHEMA = "public"


class Snapshot(Value, frozen=True, kw_only=True):
    """`phase`: before, after, baseline, or `step N` after raw SQL."""

    id: int
    migration_id: str | None
    run_id: UUID | None
    phase: str
    fingerprint: str
    taken_at: datetime


class Writer(Protocol):
    """A connection, or an open transaction of the ledger, which seals what it writes."""

    def execute(self, text: Any, params: Mapping[str, Any], /) -> Any: ...


def take(
    into: Writer,
    migration_id: str | None,
    phase: str,
    graph: SchemaGraph,
    *,
    run_id: UUID | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> str:
    """Stores it, in the caller's transaction if one is open; gives its fingerprint."""
    seen = fingerprint(graph)
    wanted = {
        "migration_id": migration_id,
        "run_id": run_id,
        "phase": phase,
        "fingerprint": seen,
        "graph": codec.encode(graph).decode(),
    }
    into.execute(_sql(query(__package__, "keep_graph"), schema), wanted)
    into.execute(_sql(query(__package__, "take"), schema), wanted)
    return seen


def stored(conn: Connection[Any], *, schema: str = DEFAULT_SCHEMA) -> list[Snapshot]:
    """In the order in which they were taken."""
    if not _exists(conn, schema):
        return []
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_sql(STORED + " ORDER BY id", schema)).fetchall()
    return [msgspec.convert(row, Snapshot) for row in rows]


def load(
    conn: Connection[Any], fingerprint_: str, *, schema: str = DEFAULT_SCHEMA
) -> SchemaGraph | None:
    """The stored schema of that fingerprint, or None.

    Raises:
        TamperedError: what is stored there is another schema.
    """
    text = "SELECT graph::text FROM {schema}._zanith_graphs WHERE fingerprint = %s"
    row = conn.execute(_sql(text, schema), [fingerprint_]).fetchone()
    if row is None:
        return None
    graph = codec.decode(row[0], SchemaGraph)
    if fingerprint(graph) != fingerprint_:
        raise TamperedError(
            f"the stored schema {fingerprint_[:12]} is not what its fingerprint says",
            detail="Its content was edited after it was stored.",
            hint="Compare the ledger with an export of its record.",
        )
    return graph


def of_run(
    conn: Connection[Any], run_id: UUID, phase: str, *, schema: str = DEFAULT_SCHEMA
) -> SchemaGraph | None:
    text = STORED + " WHERE run_id = %s AND phase = %s"
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_sql(text, schema), [run_id, phase]).fetchone()
    return load(conn, row["fingerprint"], schema=schema) if row else None


def at(
    conn: Connection[Any], date: datetime, *, schema: str = DEFAULT_SCHEMA
) -> SchemaGraph | None:
    """What the schema looked like then: the last snapshot that is not younger."""
    if not _exists(conn, schema):
        return None
    text = STORED + " WHERE taken_at <= %s ORDER BY id DESC LIMIT 1"
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_sql(text, schema), [date]).fetchone()
    return load(conn, row["fingerprint"], schema=schema) if row else None


def latest(conn: Connection[Any], *, schema: str = DEFAULT_SCHEMA) -> SchemaGraph | None:
    """What the ledger says that the schema is: the last `after` or `baseline`."""
    found = [s for s in stored(conn, schema=schema) if s.phase in ("after", "baseline")]
    return load(conn, found[-1].fingerprint, schema=schema) if found else None


def compare(before: SchemaGraph, after: SchemaGraph) -> list[str]:
    """Kind and name of every object that differs, is gone or is new."""
    return list(changed_objects(before, after))


STORED = (
    "SELECT id, migration_id, run_id, phase, fingerprint, taken_at"
    " FROM {schema}._zanith_schema_snapshots"
)


def _exists(conn: Connection[Any], schema: str) -> bool:
    name = str(QualifiedName(schema, "_zanith_schema_snapshots"))
    found = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
    return bool(found and found[0])


def _sql(text: Any, schema: str) -> Any:
    return ddl(text, schema=schema)
