"""Artifacts: kept before an operation runs, given back by the one that undoes it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from migrate_core.errors import ConflictError, TamperedError
from migrate_core.ledger.journal import Entry
from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import EventKind
from migrate_core.operations.park import ArtifactKind, Park, Release
from migrate_core.pg import codec
from migrate_core.pg.queries import query
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.work import Work
from migrate_core.schema.checksum import checksum_query
from migrate_core.schema.objects import Value
from migrate_core.schema.removal import TableParts

ARCHIVES = {ArtifactKind.ARCHIVE_COLUMN, ArtifactKind.ARCHIVE_TABLE}


class Measured(Value, frozen=True, kw_only=True):
    """What there was to keep."""

    rows: int | None = None
    bytes: int | None = None
    checksum: str | None = None


def measure_before(work: Work, park: Park | None) -> Measured | None:
    """The size of a soft drop, counted before any lock is taken: the rows stay where they are.

    None for an archive, which is counted under the lock, in the transaction that copies it.
    """
    if park is None or park.kind in ARCHIVES:
        return None
    return _measure(work.conn, park)


def keep(work: Work, entry: Entry, attempt: Attempt, measured: Measured | None) -> None:
    """The artifact's row and, for an archive, its copy, equal to the source by checksum.

    Raises:
        TamperedError: the copy is not equal; nothing was changed.
    """
    park = attempt.step.park
    assert park is not None  # asked by the caller
    for statement in park.statements:
        work.conn.execute(statement.encode())
    found = measured or _measure(work.conn, park)
    if park.copy_checksum:
        copied = _ask(work.conn, park.copy_checksum)
        if copied != found.checksum:
            raise TamperedError(
                f"the copy of {attempt.step.label} is not equal to its source",
                detail=f"The source's checksum is {found.checksum}, the copy's is {copied}.",
                still_true="The copy was rolled back; the source is untouched.",
                hint="Look for a trigger or rule that changes rows on their way.",
            )
    entry.execute(query(__package__, "keep_artifact"), _row(work, attempt, park, found))
    entry.event(
        EventKind.ARTIFACT_KEPT,
        **attempt.place,
        artifact=park.kind,
        source=str(park.source),
        physical_name=str(park.physical_name),
        physical_column=park.physical_column,
        rows=found.rows,
        bytes=found.bytes,
        checksum=found.checksum,
    )
    faultpoint("after_park", attempt.step.number)


def prove(work: Work, attempt: Attempt) -> None:
    """An archive about to be put back still is what its checksum says.

    Raises:
        TamperedError: it is not; nothing was changed.
        ConflictError: it is no longer kept, or never was.
    """
    for release in attempt.step.operation.releases():
        row = _kept(work, release)
        if row is None:
            raise ConflictError(
                f"there is no kept artifact {_name(release)}",
                detail="It was restored or purged before, or was never made.",
                still_true="Nothing was changed.",
                hint="List the artifacts again.",
            )
        checksum, text = row
        if release.status == "purged" or not checksum or not text:
            continue
        now = _ask(work.conn, text)
        if now != checksum:
            raise TamperedError(
                f"the archive {_name(release)} is not what its checksum says",
                detail=f"It was {checksum} when it was kept and is {now} now.",
                still_true="Nothing was changed: the archive and the live table are as they were.",
                hint="Export the archive and compare it by hand; do not restore it.",
            )


def release(entry: Entry, attempt: Attempt) -> None:
    """The artifacts that this step gave back or destroyed, in its last stage's transaction."""
    for one in attempt.step.operation.releases():
        if one.status == "kept":
            entry.event(EventKind.ARTIFACT_RESEEDED, **attempt.place, **_place(one))
            continue
        wanted = {
            "status": one.status,
            "actor": entry.journal.actor,
            "run_id": attempt.run_id,
            **_place(one),
        }
        if entry.execute(query(__package__, "release_artifact"), wanted) != 1:
            raise ConflictError(
                f"there is no kept artifact {_name(one)}",
                detail="Somebody else restored or purged it meanwhile.",
                still_true="The step was rolled back.",
                hint="List the artifacts again.",
            )
        restored = one.status == "restored"
        kind = EventKind.ARTIFACT_RESTORED if restored else EventKind.ARTIFACT_PURGED
        entry.event(kind, **attempt.place, **_place(one))


def proof_of(park: Park) -> str | None:
    """The query that must go on giving the checksum for as long as the archive is kept."""
    if park.kind is not ArtifactKind.ARCHIVE_TABLE:
        return park.copy_checksum
    moved = codec.convert(park.definition, TableParts).table
    return checksum_query(park.physical_name, [(c.name, c.type) for c in moved.columns])


def _measure(conn: Connection[Any], park: Park) -> Measured:
    rows, size = _ask(conn, park.count), _ask(conn, park.size)
    return Measured(
        rows=None if rows is None else int(rows),
        bytes=None if size is None else int(size),
        checksum=_ask(conn, park.checksum),
    )


def _ask(conn: Connection[Any], text: str | None) -> Any:
    """One row of one column, asked with SQL that the plan holds."""
    if text is None:
        return None
    row = conn.execute(text.encode()).fetchone()
    return row[0] if row else None


def _kept(work: Work, wanted: Release) -> tuple[str | None, str | None] | None:
    assert work.journal is not None  # take_over() comes first
    row = work.journal.execute(KEPT, _place(wanted)).fetchone()
    return (row[0], row[1]) if row else None


def _place(wanted: Release) -> dict[str, Any]:
    return {
        "physical_name": str(wanted.physical_name),
        "physical_column": wanted.physical_column,
    }


def _name(wanted: Release) -> str:
    column = f".{wanted.physical_column}" if wanted.physical_column else ""
    return f"{wanted.physical_name}{column}"


def _row(work: Work, attempt: Attempt, park: Park, found: Measured) -> dict[str, Any]:
    return {
        "run_id": attempt.run_id,
        "migration_id": work.migration_id,
        "step": attempt.step.number,
        "kind": park.kind.value,
        "source": str(park.source),
        "physical_name": str(park.physical_name),
        "physical_column": park.physical_column,
        "definition": Jsonb(codec.to_builtins(park.definition)),
        "recovery_sql": list(park.recovery_sql),
        "row_count": found.rows,
        "checksum": found.checksum,
        "checksum_sql": proof_of(park),
        "bytes": found.bytes,
        "actor": work.actor,
        "days": work.options.retention_days,
    }


KEPT = (
    "SELECT checksum, checksum_sql FROM {schema}._zanith_migration_artifacts"
    " WHERE physical_name = %(physical_name)s AND status = 'kept'"
    " AND physical_column IS NOT DISTINCT FROM %(physical_column)s::text"
)
