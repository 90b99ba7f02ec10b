"""What a restore would do, before it does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core.errors import MigrateError
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.record import strongest_lock
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.operations.park import ArtifactKind
from migrate_core.operations.swap import left_behind
from migrate_core.pg import codec
from migrate_core.planning.plan import Plan, Step
from migrate_core.recovery.artifacts import content_of, find, inspect, is_column
from migrate_core.recovery.matching import Matching, UncomparableError
from migrate_core.recovery.restore import plan_restore
from migrate_core.schema.objects import TablePart, Value
from migrate_core.schema.removal import ColumnParts, TableParts


class RestorePreview(Value, frozen=True, kw_only=True):
    """Counts are None where they cannot be known or do not apply."""

    artifact_id: UUID
    kind: str  # restoreColumn or restoreTable
    sql: str  # exactly what would run
    worst_lock: str | None = None  # of its statements
    blocks_for_rows: bool = False  # writes wait while rows are read or written
    plan_hash: str = ""  # of the plan that would
    base_fingerprint: str = ""  # of the live schema it was made against
    rows_kept: int | None = None
    rows_now: int | None = None  # in the artifact
    rows_matched: int | None = None  # live rows that get their value back
    rows_missing: int | None = None  # kept values whose row is gone
    rows_written_since: int | None = None  # live rows for which nothing was kept
    rows_conflicting: int | None = None  # live rows with another value than was kept
    missing_keys: tuple[str, ...] = ()  # of the first few
    conflicting_keys: tuple[str, ...] = ()
    can_reseed: bool = False  # what it was of, or it itself, is live again: values may go back
    becomes_nullable: bool = False
    returns: tuple[str, ...] = ()  # what comes back with it
    stays_away: tuple[str, ...] = ()  # what leaned on it, and does not under another name
    intact: bool | None = None
    blockers: tuple[str, ...] = ()  # why it cannot be restored now

    @property
    def possible(self) -> bool:
        return not self.blockers


def preview(
    conn: Connection[Any],
    id: UUID,
    *,
    under: str | None = None,
    schemas: tuple[str, ...] | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> RestorePreview:
    """Changes nothing. Counts rows, so it takes as long as reading them. `under`: another
    name than it had."""
    artifact = find(conn, id, schema=schema)
    plan, blockers = _plan(conn, artifact, under, schemas, schema)
    seen = inspect(conn, id, schema=schema)
    if not seen.exists:
        blockers = (*blockers, f"{artifact.physical_name} is not there")
    if seen.intact is False:
        blockers = (*blockers, "the archive is not what its checksum says")
    matching = None
    try:
        matching = Matching.of(conn, artifact) if seen.exists else None
    except UncomparableError as error:
        if error.message not in blockers:
            blockers = (*blockers, f"{error.message}: {error.detail}")
    return RestorePreview(
        artifact_id=id,
        **_of_plan(plan, artifact),
        rows_kept=artifact.row_count,
        rows_now=seen.rows_now,
        **_counts(matching),
        returns=_returns(artifact, under),
        stays_away=_leaned(artifact) if under else (),
        intact=seen.intact,
        can_reseed=bool(matching and matching.compared),
        blockers=blockers,
    )


def _of_plan(plan: Plan | None, artifact: ArtifactRow) -> dict[str, Any]:
    if plan is None:
        return {"kind": _kind(artifact), "sql": ""}
    step = plan.steps[0]
    return {
        "kind": step.kind,
        "sql": step.sql,
        "worst_lock": strongest_lock(step),
        "blocks_for_rows": _blocks_for_rows(step),
        "plan_hash": plan.hash,
        "base_fingerprint": plan.base_fingerprint,
        "becomes_nullable": getattr(step.operation, "nullable", False),
    }


def _blocks_for_rows(step: Step) -> bool:
    return any(s.keeps_waiting() for stage in step.stages for s in stage.statements)


def _counts(matching: Matching | None) -> dict[str, Any]:
    if matching is None:
        return {}
    return {
        "rows_matched": matching.matched,
        "rows_missing": matching.missing,
        "rows_written_since": matching.written_since,
        "rows_conflicting": matching.conflicting,
        "missing_keys": matching.missing_keys,
        "conflicting_keys": matching.conflicting_keys,
    }


def _plan(
    conn: Connection[Any],
    artifact: ArtifactRow,
    under: str | None,
    schemas: tuple[str, ...] | None,
    schema: str,
) -> tuple[Plan | None, tuple[str, ...]]:
    if content_of(conn, artifact) is None:
        return None, ()
    try:
        return plan_restore(conn, artifact.id, under=under, schemas=schemas, schema=schema), ()
    except MigrateError as error:
        return None, (error.message,)


def _kind(artifact: ArtifactRow) -> str:
    return "restoreColumn" if is_column(artifact) else "restoreTable"


def _returns(artifact: ArtifactRow, under: str | None) -> tuple[str, ...]:
    """Constraints, indexes, policies and sequences that come back with it, and what leaned on
    it and was parked along, in words."""
    parts: tuple[TablePart, ...]
    if artifact.kind == ArtifactKind.REBUILD_TABLE:
        left = left_behind(codec.convert(artifact.definition, TableParts))
        sequences, parts = left.sequences, _parts_of(left)
    elif is_column(artifact):
        one = codec.convert(artifact.definition, ColumnParts)
        sequences, parts = one.sequences, (*one.constraints, *one.indexes)
    else:
        whole = codec.convert(artifact.definition, TableParts)
        sequences, parts = whole.sequences, _parts_of(whole)
    named = tuple(f"{type(part).__name__.lower()} {part.name}" for part in parts)
    counted = (f"sequence {sequence.name}" for sequence in sequences)
    return (*named, *counted, *(() if under else _leaned(artifact)))


def _parts_of(whole: TableParts) -> tuple[TablePart, ...]:
    table = whole.table
    return (*table.constraints, *table.indexes, *table.policies)


def _leaned(artifact: ArtifactRow) -> tuple[str, ...]:
    kind = ColumnParts if is_column(artifact) else TableParts
    parts: ColumnParts | TableParts = codec.convert(artifact.definition, kind)
    return tuple(parts.along.in_words()) if parts.along else ()
