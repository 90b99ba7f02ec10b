"""What is on the record: which migrations there are, what ran, who keeps the target."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from psycopg import Connection

from migrate_core.files.migration import Migration
from migrate_core.ledger import advisory, ledger
from migrate_core.ledger.advisory import Holder
from migrate_core.ledger.rows import AppliedMigration, RunRow, StepRow
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.schema.objects import Value


class MigrationStatus(Value, frozen=True, kw_only=True):
    """One migration, by file and by ledger."""

    id: str
    state: str  # applied, pending, reverted, or that of its run: failed, running, paused ...
    applied: AppliedMigration | None = None
    run: RunRow | None = None  # the one that is neither done nor closed
    steps_done: int = 0  # of that run
    steps: int = 0
    has_file: bool = True
    is_edited: bool = False  # the file no longer is what was applied or begun


class Status(Value, frozen=True, kw_only=True):
    migrations: tuple[MigrationStatus, ...]
    has_ledger: bool
    managed_by: str | None = None
    holder: Holder | None = None  # who works on the target right now

    @property
    def pending(self) -> tuple[MigrationStatus, ...]:
        """Reverted ones may be applied again."""
        return tuple(m for m in self.migrations if m.has_file and m.state != "applied")


class RunRecord(Value, frozen=True, kw_only=True):
    """One run with its steps: what happened, and who did it."""

    run: RunRow
    applied: AppliedMigration | None = None
    steps: tuple[StepRow, ...] = ()


def status(endpoint: Endpoint, migrations: Sequence[Migration]) -> Status:
    """Every migration that is in a file or in the ledger, in the order of their ids."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        files = {migration.id: migration for migration in migrations}
        rows = {row.id: row for row in ledger.applied(conn)}  # the last cycle of each
        opened = {r.migration_id: r for r in ledger.runs(conn) if r.state not in ("done", "closed")}
        ids = sorted(files.keys() | rows.keys() | {id for id in opened if id})
        return Status(
            migrations=tuple(_status(conn, id, files, rows, opened) for id in ids),
            has_ledger=ledger.exists(conn),
            managed_by=ledger.managed_by(conn),
            holder=advisory.holder(conn),
        )


def managed_by(endpoint: Endpoint) -> str | None:
    """The studio that keeps this target, if one has marked it."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        return ledger.managed_by(conn)


def history(
    endpoint: Endpoint, *, since: datetime | None = None, migration_id: str | None = None
) -> tuple[RunRecord, ...]:
    """Runs, oldest first, each with all attempts of its steps."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        applied = {row.run_id: row for row in ledger.applied(conn)}
        steps = ledger.steps(conn, migration_id=migration_id)
        return tuple(
            RunRecord(
                run=run,
                applied=applied.get(run.run_id),
                steps=tuple(row for row in steps if row.run_id == run.run_id),
            )
            for run in ledger.runs(conn)
            if (since is None or run.started_at >= since)
            and migration_id in (None, run.migration_id)
        )


def _status(
    conn: Connection[Any],
    id: str,
    files: dict[str, Migration],
    rows: dict[str, AppliedMigration],
    opened: dict[str | None, RunRow],
) -> MigrationStatus:
    file, row, run = files.get(id), rows.get(id), opened.get(id)
    steps = ledger.steps(conn, run_id=run.run_id) if run else ()
    known = run.checksum if run and run.direction == "up" else row.checksum if row else None
    return MigrationStatus(
        id=id,
        state=_state(row, run),
        applied=row,
        run=run,
        steps_done=len({step.step for step in steps if step.status == "done"}),
        steps=len({step.step for step in steps}),
        has_file=file is not None,
        is_edited=bool(file and known and file.checksum != known),
    )


def _state(row: AppliedMigration | None, run: RunRow | None) -> str:
    if run is not None:
        return str(run.state)
    if row is None:
        return "pending"
    return "reverted" if row.reverted_at else "applied"
