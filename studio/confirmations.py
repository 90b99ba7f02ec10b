"""What a confirmation dialog asked for, compared again on the server."""

from __future__ import annotations

from django.http import HttpRequest

from studio.services.refusals import BusyError
from studio.templatetags.words import escape_invisible


def typed(request: HttpRequest, expect: str, *, what: str) -> None:
    """
    Raises:
        BusyError: the name typed is another one.
    """
    if request.POST.get("typed", "").strip() != escape_invisible(expect).strip():
        raise BusyError(
            f"what was typed is not {what}",
            detail=f"Expected {escape_invisible(expect)}.",
            hint="Type it as it is shown; paste is fine.",
            still_true="Nothing was done.",
        )


def reason(request: HttpRequest) -> str:
    """
    Raises:
        BusyError: none was given.
    """
    given = request.POST.get("reason", "").strip()
    if not given:
        raise BusyError(
            "a reason is needed",
            hint="Say why; it is kept on the record.",
            still_true="Nothing was done.",
        )
    return given
