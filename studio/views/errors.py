"""Pages for what went wrong around a view: no database, no session, no context processor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _page(name: str, status: int, **values: object) -> HttpResponse:
    return HttpResponse(render_to_string(f"errors/{name}.html", values), status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("not_found", 404, path=request.path)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What PermissionDenied was given as its words is told to the reader."""
    return _page("forbidden", 403, reason=str(exception))


def failed(request: HttpRequest) -> HttpResponse:
    return _page("failed", 500)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`reason` speaks to developers and is in the log; the page says what to do."""
    return _page("csrf", 403)
