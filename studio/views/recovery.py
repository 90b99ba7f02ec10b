"""Everything that drops left behind, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from studio.access import page as shown
from studio.context import place
from studio.models import Artifact
from studio.permissions import visible

PAGE_SIZE = 50
SOON = timedelta(days=7)


@shown()
def page(request: HttpRequest) -> HttpResponse:
    found = visible(request.user, Artifact.objects.select_related("target__environment", "change"))
    status = request.GET.get("status", "kept")
    rows = found.filter(status=status) if status != "all" else found
    kept = found.filter(status="kept")
    context = {
        "rows": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "status": status,
        "kept": kept.count(),
        "bytes": kept.aggregate(total=Sum("bytes"))["total"],
        "expiring": kept.filter(expires_at__lt=timezone.now() + SOON).count(),
        "soon": timezone.now() + SOON,
        **place(request, None, ("Recovery", "")),
    }
    return render(request, "recovery/page.html", context)
