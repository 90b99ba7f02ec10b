"""Every run, newest first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studio.access import page as shown
from studio.context import place
from studio.forms.filters import RunFilter
from studio.models import Run
from studio.permissions import visible

PAGE_SIZE = 50


@shown()
def page(request: HttpRequest) -> HttpResponse:
    form = RunFilter(request.GET)
    found = visible(request.user, Run.objects.all()).select_related(
        "target__environment", "change", "actor", "plan"
    )
    rows = Paginator(form.narrowed(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "rows": rows, **place(request, None, ("Runs", ""))}
    return render(request, "runs/page.html", context)
