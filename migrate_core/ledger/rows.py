"""The ledger's rows as values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from migrate_core.schema.objects import Value
from migrate_core.states import RunState, StepState


class EventKind(StrEnum):
    RUN_STARTED = "run_started"
    RUN_RESUMED = "run_resumed"
    LOCK_TAKEN = "lock_taken"
    STEP_RUNNING = "step_running"
    LOCK_WAITING = "lock_waiting"
    STAGE_BEGUN = "stage_begun"  # outside a transaction block
    STAGE_DONE = "stage_done"
    BATCH_DONE = "batch_done"
    BATCH_WAITING = "batch_waiting"  # the backfill gives way
    ARTIFACT_KEPT = "artifact_kept"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    STEP_INTERRUPTED = "step_interrupted"
    STEP_PAUSED = "step_paused"
    STEP_SKIPPED = "step_skipped"
    RUN_PAUSED = "run_paused"
    RUN_CANCELLED = "run_cancelled"
    RUN_FAILED = "run_failed"
    RUN_DONE = "run_done"
    RUN_CLOSED = "run_closed"
    ARTIFACT_RESTORED = "artifact_restored"
    ARTIFACT_PURGED = "artifact_purged"
    ARTIFACT_RESEEDED = "artifact_reseeded"  # its values were put back, and it is kept
    BASELINE_TAKEN = "baseline_taken"
    MANAGED = "managed"
    ROWS_SEALED = "rows_sealed"  # rows that were written without an event of their own


class Event(Value, frozen=True, kw_only=True):
    """One transition; `prev_mac` and `mac` chain it to the one before."""

    seq: int
    at: datetime
    kind: str
    actor: str
    run_id: UUID | None = None
    migration_id: str | None = None
    step: int | None = None
    attempt: int | None = None
    stage: int | None = None
    detail: dict[str, Any] = msgspec.field(default_factory=dict)
    prev_mac: str = ""
    mac: str = ""


class AppliedMigration(Value, frozen=True, kw_only=True):
    id: str
    cycle: int
    applied_at: datetime
    applied_by: str
    checksum: str
    plan_hash: str
    elapsed_ms: int
    run_id: UUID
    fingerprint: str
    reverted_at: datetime | None = None
    reverted_by: str | None = None
    reverted_run: UUID | None = None


class RunRow(Value, frozen=True, kw_only=True):
    run_id: UUID
    migration_id: str | None
    cycle: int
    direction: str
    state: RunState  # `running` says only what was last written: the lock tells the truth
    checksum: str
    plan_hash: str
    base_fingerprint: str
    actor: str
    started_at: datetime
    ended_at: datetime | None = None


class StepRow(Value, frozen=True, kw_only=True):
    """One attempt of one step."""

    run_id: UUID
    step: int
    attempt: int
    migration_id: str | None
    cycle: int
    direction: str
    kind: str
    subject: str
    status: StepState
    stage: int  # how many of its stages are committed
    begun: int  # the last stage outside a transaction block that was begun
    stages: int
    sql: str
    lock: str | None
    level: str
    score: int
    reasons: list[dict[str, Any]]
    operation: dict[str, Any]
    inverse: dict[str, Any] | None
    started_at: datetime | None
    finished_at: datetime | None
    elapsed_ms: int | None
    rows: int | None
    sqlstate: str | None
    error: str | None
    hint: str | None
    actor: str


def in_words(artifact_kind: str) -> str:
    """`soft drop of a column`."""
    act, _, what = artifact_kind.rpartition("_")
    return f"{act.replace('_', ' ')} of a {what}"


class ArtifactRow(Value, frozen=True, kw_only=True):
    id: UUID
    run_id: UUID
    migration_id: str | None
    step: int
    kind: str
    source: str
    physical_name: str
    physical_column: str | None
    definition: dict[str, Any]
    recovery_sql: list[str]
    row_count: int | None
    checksum: str | None
    checksum_sql: str | None
    bytes: int | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    status: str
    released_at: datetime | None = None
    released_by: str | None = None
    released_run: UUID | None = None


class Checkpoint(Value, frozen=True, kw_only=True):
    """How far a backfill got. A sweep is one pass over the table; see runner.batches."""

    run_id: UUID
    step: int
    stage: int
    migration_id: str | None
    cycle: int
    direction: str
    cursor: list[str] | None
    sweep: int
    settles: bool
    changed_in_sweep: int
    processed: int
    changed: int
    total_estimate: int | None
    batch_rows: int
    status: str
    updated_at: datetime | None = None
