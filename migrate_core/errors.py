"""Every error migrate_core raises on purpose.

Worded as PostgreSQL words its own: a primary message in lower case without a full
stop, then DETAIL and HINT as sentences; `still_true` says what a reader can rely on.
Source: PostgreSQL documentation, "Error Message Style Guide".
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class MigrateError(Exception):
    """Base of every expected failure; anything else is a bug."""

    code: ClassVar[str] = "migrate_error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        detail: str = "",
        hint: str = "",
        still_true: str = "",
        sqlstate: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint
        self.still_true = still_true
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        lines = [self.message]
        lines += [f"SQLSTATE: {self.sqlstate}"] if self.sqlstate else []
        lines += [f"DETAIL: {self.detail}"] if self.detail else []
        lines += [f"STILL TRUE: {self.still_true}"] if self.still_true else []
        lines += [f"HINT: {self.hint}"] if self.hint else []
        return "\n".join(lines)


class MisuseError(MigrateError):
    """The call's own words are wrong: an unknown option, a missing setting."""

    code = "misuse"
    exit_code = 2


class InvalidNameError(MigrateError):
    """A name that PostgreSQL would cut or could not store."""

    code = "invalid_name"


class MigrationFileError(MigrateError):
    """A migration file that cannot be used as it stands."""

    code = "migration_file"

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        operation: int | None = None,
        detail: str = "",
        hint: str = "",
    ) -> None:
        place = f"{file}:{line}" if line else file
        where = f"{place}: operation {operation}: " if operation else f"{place}: "
        super().__init__(where + message, detail=detail, hint=hint)
        self.file, self.line, self.operation = file, line, operation


class DeclaredError(MigrateError):
    """A declared schema that does not load: names file, line and column."""

    code = "declared_schema"

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        line: int | None = None,
        column: int | None = None,
        detail: str = "",
        hint: str = "",
        sqlstate: str = "",
    ) -> None:
        place = ":".join(str(part) for part in (file, line, column) if part)
        super().__init__(
            f"{place}: {message}" if place else message,
            detail=detail,
            hint=hint,
            sqlstate=sqlstate,
            still_true="Nothing was changed: the schema was only loaded into a scratch database.",
        )
        self.file, self.line, self.column = file, line, column


class UnboundOperationError(MigrateError):
    """An operation speaks of an object that the schema before it does not have."""

    code = "unbound_operation"


class UncoveredChangeError(MigrateError):
    """Two schemas differ, and no operation kind explains how."""

    code = "uncovered_change"


class ConnectionFailedError(MigrateError):
    """The database could not be reached, or refused us."""

    code = "connection_failed"


class PoolerError(MigrateError):
    """Between us and the server sits a pooler that changes backends under us."""

    code = "pooler"


class GateRefusedError(MigrateError):
    """A gate of the plan is closed; nothing was written."""

    code = "gate_refused"
    exit_code = 3


class OutsideWindowError(GateRefusedError):
    """Every gate but the window is open, and that opens by itself."""

    code = "outside_window"
    opens: datetime | None = None


class DriftError(MigrateError):
    """The live schema is not what the ledger says it should be."""

    code = "drift"
    exit_code = 4


class VerificationFailedError(MigrateError):
    """The rehearsal did not end in the declared schema."""

    code = "verification_failed"
    exit_code = 5


class RunInProgressError(MigrateError):
    """Another session holds the target's advisory lock."""

    code = "run_in_progress"
    exit_code = 6


class LockTimeoutError(MigrateError):
    """A statement gave up waiting for its lock (SQLSTATE 55P03)."""

    code = "lock_timeout"


class StepFailedError(MigrateError):
    """PostgreSQL refused a step; the ledger holds the SQLSTATE and the message."""

    code = "step_failed"


class RunInterruptedError(MigrateError):
    """The session that ran the step is gone; a resume decides from the ledger."""

    code = "run_interrupted"


class ConflictError(MigrateError):
    """Somebody else's object stands where ours should be."""

    code = "conflict"


class TamperedError(MigrateError):
    """What was archived is no longer what its checksum says."""

    code = "tampered"


class ShadowError(MigrateError):
    """The shadow server cannot rehearse this target."""

    code = "shadow"
    exit_code = 5
