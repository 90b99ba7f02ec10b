"""The ledger inside the target: its tables, and reading them.

Every function takes the schema the tables lie in; writing is in `journal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from migrate_core.errors import MigrateError
from migrate_core.ledger.rows import (
    AppliedMigration,
    ArtifactRow,
    Checkpoint,
    Event,
    RunRow,
    StepRow,
)
from migrate_core.pg.ddl import ddl
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value

VERSION = 2
DEFAULT_SCHEMA = "public"
FENCE = "_zanith_fence"

Params = Mapping[str, Any]
T = TypeVar("T", bound=Value)


class LedgerError(MigrateError):
    """The ledger cannot be made, or is of a version this program does not know."""

    code = "ledger"


def exists(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> bool:
    name = str(QualifiedName(schema, FENCE))
    found = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
    return bool(found and found[0])


def version(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> int:
    """0 where there is none."""
    if not exists(conn, schema):
        return 0
    found = conn.execute(_sql("SELECT version FROM {schema}._zanith_fence", schema)).fetchone()
    return int(found[0]) if found else 0


def ensure(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> None:
    """Makes or upgrades the tables. Only under the advisory lock: unlocked starts race.

    Raises:
        LedgerError: it is newer than this program, or we may not make it.
    """
    found = version(conn, schema)
    if found == VERSION:
        return
    if found > VERSION:
        raise LedgerError(
            f"the ledger is of version {found}, this program knows {VERSION}",
            still_true="Nothing was changed.",
            hint="Use the program that wrote it, or a newer one.",
        )
    try:
        with conn.transaction():
            if found == 0:
                conn.execute(_file("create", schema))
            conn.execute(_file("version_2", schema))
            conn.execute(_file("guards", schema))
            conn.execute(_sql("UPDATE {schema}._zanith_fence SET version = %s", schema), [VERSION])
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerError(
            f"the ledger's tables cannot be made in schema {schema}",
            detail=error.diag.message_primary or "",
            sqlstate=error.sqlstate or "",
            still_true="Nothing was changed.",
            hint=f"GRANT CREATE, USAGE ON SCHEMA {schema} to the role that applies migrations.",
        ) from error


def applied(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> tuple[AppliedMigration, ...]:
    """In the order in which they were applied, reverted ones included."""
    return read(conn, "SELECT * FROM {schema}._zanith_migrations ORDER BY applied_at, id",
                 AppliedMigration, schema)  # fmt: skip


def runs(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> tuple[RunRow, ...]:
    return read(conn, _RUNS + " ORDER BY started_at, run_id", RunRow, schema)


def run(conn: Connection[Any], run_id: UUID, schema: str = DEFAULT_SCHEMA) -> RunRow | None:
    rows = read(conn, _RUNS + " WHERE run_id = %(run_id)s", RunRow, schema, {"run_id": run_id})
    return rows[0] if rows else None


def open_run(
    conn: Connection[Any],
    migration_id: str,
    *,
    cycle: int,
    direction: str,
    schema: str = DEFAULT_SCHEMA,
) -> RunRow | None:
    """The run of this migration that is neither done nor closed."""
    wanted = {"migration_id": migration_id, "cycle": cycle, "direction": direction}
    rows = read(conn, _RUNS + _OPEN, RunRow, schema, wanted)
    return rows[0] if rows else None


def runs_needing(
    conn: Connection[Any], migration_id: str, schema: str = DEFAULT_SCHEMA
) -> tuple[RunRow, ...]:
    """Those whose plan says that this migration must have been applied before."""
    text = _RUNS + " WHERE plan ->> 'needs' = %(needs)s ORDER BY started_at"
    return read(conn, text, RunRow, schema, {"needs": migration_id})


def plan_of(conn: Connection[Any], run_id: UUID, schema: str = DEFAULT_SCHEMA) -> bytes | None:
    """The recorded plan, for `planning.plan.decode_plan`: what a resume runs."""
    found = conn.execute(
        _sql("SELECT plan::text FROM {schema}._zanith_runs WHERE run_id = %s", schema), [run_id]
    ).fetchone()
    return str(found[0]).encode() if found else None


def steps(
    conn: Connection[Any],
    run_id: UUID | None = None,
    migration_id: str | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> tuple[StepRow, ...]:
    """Every attempt, by run in order of its start, step and attempt; of one run or migration."""
    wanted = {"run_id": run_id, "migration_id": migration_id}
    return read(conn, query(__package__, "steps"), StepRow, schema, wanted)


def events_after(
    conn: Connection[Any],
    seq: int,
    *,
    run_id: UUID | None = None,
    limit: int = 1000,
    schema: str = DEFAULT_SCHEMA,
) -> tuple[Event, ...]:
    """Events past `seq`, oldest first; 0 for all."""
    wanted = {"seq": seq, "run_id": run_id, "limit": limit}
    return read(conn, query(__package__, "events"), Event, schema, wanted)


def last_event(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> tuple[int, str] | None:
    """The number and the mac of the last one, as the fence keeps them beside the events."""
    if not exists(conn, schema):
        return None
    found = conn.execute(_sql("SELECT last_seq, last_mac FROM {schema}._zanith_fence", schema))
    row = found.fetchone()
    return (int(row[0]), str(row[1])) if row else None


def artifacts(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> tuple[ArtifactRow, ...]:
    """Newest first, restored and purged ones included."""
    return read(
        conn,
        "SELECT * FROM {schema}._zanith_migration_artifacts ORDER BY created_at DESC, id",
        ArtifactRow,
        schema,
    )


def checkpoints(
    conn: Connection[Any], run_id: UUID, schema: str = DEFAULT_SCHEMA
) -> tuple[Checkpoint, ...]:
    return read(
        conn,
        "SELECT * FROM {schema}._zanith_migration_checkpoints WHERE run_id = %(run_id)s"
        " ORDER BY step, stage",
        Checkpoint,
        schema,
        {"run_id": run_id},
    )


def next_cycle(conn: Connection[Any], migration_id: str, schema: str = DEFAULT_SCHEMA) -> int:
    """1 for a migration that never ran; one more for each time it was undone or closed."""
    if not exists(conn, schema):
        return 1
    text = _sql(query(__package__, "next_cycle"), schema)
    found = conn.execute(text, {"migration_id": migration_id}).fetchone()
    return int(found[0]) if found else 1


def managed_by(conn: Connection[Any], schema: str = DEFAULT_SCHEMA) -> str | None:
    """The studio that keeps this database, if one has marked it."""
    if not exists(conn, schema):
        return None
    found = conn.execute(_sql("SELECT managed_by FROM {schema}._zanith_fence", schema)).fetchone()
    return found[0] if found else None


_RUNS = (
    "SELECT run_id, migration_id, cycle, direction, state, checksum, plan_hash,"
    " base_fingerprint, actor, started_at, ended_at FROM {schema}._zanith_runs"
)
_OPEN = (
    " WHERE migration_id = %(migration_id)s AND cycle = %(cycle)s AND direction = %(direction)s"
    " AND state NOT IN ('done', 'closed')"
)


def read(
    conn: Connection[Any], text: Any, kind: type[T], schema: str, params: Params | None = None
) -> tuple[T, ...]:
    """Rows of the ledger as values of `kind`; none where there is no ledger yet."""
    if not exists(conn, schema):
        return ()
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_sql(text, schema), params).fetchall()
    return tuple(msgspec.convert(row, kind) for row in rows)


def _sql(text: Any, schema: str) -> Any:
    """Our own text with the ledger's schema in it."""
    return ddl(text, schema=schema)


def _file(name: str, schema: str) -> Any:
    return _sql(query(__package__, name), schema)
