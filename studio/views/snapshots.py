"""What a target looked like: any two of its stored schemas, or one and the live one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from studio.access import page as shown
from studio.boards.schema import differences
from studio.context import place
from studio.models import Target
from studio.permissions import visible
from studio.services import snapshots


@shown()
def page(request: HttpRequest) -> HttpResponse:
    found = visible(request.user, Target.objects.select_related("environment__project"))
    context = {"targets": found, **place(request, None, ("Snapshots", ""))}
    return render(request, "snapshots/page.html", context)


@shown(Target)
def compare(request: HttpRequest, target: Target) -> HttpResponse:
    """`?a=` and `?b=` are fingerprints, or `live`."""
    stored = snapshots.stored(target)
    before, after = request.GET.get("a", ""), request.GET.get("b", "")
    objects = None
    if before and after:
        objects = differences(snapshots.graph(target, before), snapshots.graph(target, after))
    context = {
        "target": target,
        "stored": stored,
        "changes": {change.migration_id: change for change in target.changes.all()},
        "a": before,
        "b": after,
        "objects": objects,
        "live": snapshots.LIVE,
        **place(request, target, ("Snapshots", reverse("snapshots")), (target.name, "")),
    }
    return render(request, "snapshots/compare.html", context)
