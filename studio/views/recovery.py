"""Everything that drops left behind, and how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from migrate_core.recovery import SOON
from studio.access import page as shown
from studio.boards import lifetimes
from studio.context import place
from studio.models import Artifact
from studio.permissions import visible

PAGE_SIZE = 50
Found = QuerySet[Artifact]


@shown()
def page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = visible(request.user, Artifact.objects.select_related("target__environment", "change"))
    status = request.GET.get("status", "kept")
    rows = Paginator(_of(found, status, now), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "lines": [(artifact, lifetimes.of(artifact, now)) for artifact in rows],
        "status": status,
        **_figures(found.filter(status="kept"), now),
        **place(request, None, ("Recovery", "")),
    }
    return render(request, "recovery/page.html", context)


def _of(found: Found, status: str, now: datetime) -> Found:
    if status == "all":
        return found
    kept = found.filter(status="kept")
    if status == "expiring":
        return kept.filter(expires_at__lte=now + SOON).order_by("expires_at", "pk")
    return kept if status == "kept" else found.filter(status=status)


def _figures(kept: Found, now: datetime) -> dict[str, Any]:
    over = kept.filter(expires_at__lte=now)
    overdue = over.filter(expires_at__lte=now - lifetimes.grace()).count()
    return {
        "kept": kept.count(),
        "bytes": kept.aggregate(total=Sum("bytes"))["total"],
        "expiring": kept.filter(expires_at__gt=now, expires_at__lte=now + SOON).count(),
        "overdue": overdue,
        "in_grace": over.count() - overdue,
        "grace_days": lifetimes.grace().days,
    }
