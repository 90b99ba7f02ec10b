"""Errors of the studio's own, and errors as rows keep them."""

from __future__ import annotations

from typing import Any

from migrate_core.errors import MigrateError


class NotAllowedError(MigrateError):
    """The person's roles do not have this action, whatever page or task asked."""

    code = "not_allowed"


class StaleError(MigrateError):
    """What the person looked at is no longer what is there."""

    code = "stale"


class BusyError(MigrateError):
    """Something else has to end first."""

    code = "busy"


def stored(error: MigrateError) -> dict[str, Any]:
    """For a JSON column; components.error_notice shows it in its three parts."""
    return {
        "code": error.code,
        "message": error.message,
        "detail": error.detail,
        "hint": error.hint,
        "still_true": error.still_true,
        "sqlstate": error.sqlstate,
    }


def unexpected(what: str, error: Exception) -> dict[str, Any]:
    """A bug of ours: said as one, with its type, and nothing that could hold a secret."""
    return stored(
        MigrateError(
            f"{what} stopped because of a fault in the studio",
            detail=f"{type(error).__name__}; the worker's log has the details.",
            hint="Try again. If it stops again, report it with that log.",
        )
    )
