"""Where a thing has its page."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from studio.models import Artifact, Change, DeclaredVersion, Plan, Run, Target, Verification


def link(thing: Model | None) -> str:
    match thing:
        case Change():
            return reverse("change", args=[thing.pk])
        case Plan() if thing.change_id:
            return reverse("change", args=[thing.change_id])
        case Verification() if thing.plan.change_id:
            return reverse("change", args=[thing.plan.change_id])
        case Run():
            return reverse("run", args=[thing.pk])
        case Artifact():
            return reverse("artifact", args=[thing.pk])
        case Target():
            return reverse("target", args=[thing.pk])
        case DeclaredVersion():
            return reverse("generate-compare", args=[thing.pk])
    return reverse("home")


def back(request: HttpRequest, thing: Model | None) -> str:
    """The page that a form was on; the thing's own where a browser does not say."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return came_from
    return link(thing)
