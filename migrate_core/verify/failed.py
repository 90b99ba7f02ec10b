"""A stage of a rehearsal that ended with an error."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from migrate_core.errors import MigrateError, StepFailedError
from migrate_core.verify import rows
from migrate_core.verify.report import StageReport


def failed(
    name: str,
    started: float,
    error: MigrateError | psycopg.Error,
    notes: Sequence[str] = (),
    *,
    quiet: bool = False,
) -> StageReport:
    text = rows.without_values(error) if quiet else in_words(error)
    return StageReport(name=name, ok=False, elapsed_ms=ms(started), notes=(*notes, text))


def in_words(error: MigrateError | psycopg.Error) -> str:
    if isinstance(error, StepFailedError):  # nobody resumes what was rehearsed
        return str(StepFailedError(error.message, detail=error.detail, sqlstate=error.sqlstate))
    if isinstance(error, MigrateError):
        return str(error)
    said = error.diag.message_primary or "the connection was lost"
    return f"{said}\nSQLSTATE: {error.sqlstate}" if error.sqlstate else said


def ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
