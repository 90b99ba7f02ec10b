"""What a target's own record answers: what broke, what is slow, recoverable, risky, and by whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from studio.access import page as shown
from studio.context import place
from studio.forms.filters import SinceFilter
from studio.models import Target
from studio.services import record


@shown(Target)
def page(request: HttpRequest, target: Target) -> HttpResponse:
    form = SinceFilter(request.GET)
    context = {
        "target": target,
        "form": form,
        "answers": record.answers(target, since=form.since_when()),
        "check": record.check(target),
        "runs": set(target.runs.values_list("pk", flat=True)),
        **place(request, target, ("History", reverse("history")), (f"Record of {target.name}", "")),
    }
    return render(request, "record/page.html", context)
