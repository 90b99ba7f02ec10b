"""Whether anybody would take a run: what every page asks again while it is open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from studio.access import page as shown
from studio.context import worker


@shown()
def standing(request: HttpRequest) -> HttpResponse:
    """Without the shell around it, whose places are counted in tables of their own."""
    context = {"worker": worker(), "worker_url": request.path}
    return HttpResponse(render_to_string("components/_worker.html", context))
