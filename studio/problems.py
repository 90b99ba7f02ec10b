"""Errors of a form that was sent, kept until the page it came from is shown again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from migrate_core.errors import MigrateError
from studio.display import ErrorRow

KEY = "problems"
_FIELDS = ("message", "detail", "hint", "still_true", "sqlstate")


def keep(request: HttpRequest, error: MigrateError) -> None:
    kept: list[dict[str, Any]] = request.session.get(KEY, [])
    request.session[KEY] = [*kept[-4:], {name: getattr(error, name) for name in _FIELDS}]


def shown(request: HttpRequest) -> list[ErrorRow]:
    """Each once."""
    kept = request.session.pop(KEY, []) if KEY in request.session else []
    return [ErrorRow(**fields) for fields in kept]


def row(stored: dict[str, Any] | None) -> ErrorRow | None:
    """From a JSON column."""
    return ErrorRow(**{name: stored.get(name, "") for name in _FIELDS}) if stored else None
