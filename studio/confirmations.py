"""What a confirmation dialog asked for, compared again on the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from studio.services.refusals import BusyError
from studio.templatetags.words import escape_invisible

LONGEST_WAIT = timedelta(days=30)


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


def moment(request: HttpRequest) -> datetime | None:
    """A time to come, as a browser's field gives it, in UTC; None where none was asked for.

    Raises:
        BusyError: it cannot be read, or is over.
    """
    given = request.POST.get("not_before", "").strip()
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        found = datetime.min
    at = found.replace(tzinfo=UTC)
    now = timezone.now()
    if not now < at < now + LONGEST_WAIT:
        raise BusyError(
            "the time is not one to come",
            detail=f"It is {now:%Y-%m-%d %H:%M} UTC; {escape_invisible(given[:40])} was given.",
            hint=f"Give a time within the next {LONGEST_WAIT.days} days, in UTC.",
            still_true="Nothing was started.",
        )
    return at


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
