"""Every component in every state: a page for development and the demo, walked by browser tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from migrate_core.risk.levels import Level
from studio import gallery as samples
from studio.templatetags.marks import STATES


class SampleForm(forms.Form):
    """One field of each sort; sent empty, so that errors show."""

    name = forms.CharField(label="Name", help_text="How people will call the target.")
    url = forms.CharField(label="Address", required=False, help_text="postgresql://user@host/db")
    kind = forms.ChoiceField(label="Environment", choices=[("dev", "dev"), ("prod", "PROD")])
    ddl = forms.CharField(label="Declared schema", widget=forms.Textarea(attrs={"rows": 3}))
    keep = forms.BooleanField(label="Keep soft drops for 30 days", required=False)
    shape = forms.ChoiceField(
        label="Shadow",
        required=False,
        widget=forms.RadioSelect,
        choices=[("server", "A server of its own"), ("database", "A database beside it")],
    )


class SampleFilter(forms.Form):
    level = forms.ChoiceField(
        label="Risk", required=False, choices=[("", "any"), *((n, n) for n in Level)]
    )
    who = forms.CharField(label="Who", required=False)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`?theme=` and `?environment=` show the other looks."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404("the gallery is for development and the demo")
    environment = request.GET.get("environment", "prod")
    context = {
        **samples.shell(environment if environment in {"dev", "staging"} else "prod"),
        **_looks(request),
        **samples.plan(),
        **samples.run(),
        **samples.records(timezone.now()),
    }
    return render(request, "gallery/page.html", context)


def _looks(request: HttpRequest) -> dict[str, Any]:
    theme = request.GET.get("theme", "auto")
    return {
        "theme": theme if theme in {"light", "dark"} else "auto",
        "levels": list(Level),
        "states": list(STATES),
        "sent_form": SampleForm({}),
        "fresh_form": SampleForm(auto_id="fresh_%s"),
        "filter_form": SampleFilter(request.GET, auto_id="filter_%s"),
        "page_of": Paginator(range(1, 412), 50).page(3),
        "messages": [
            Message(constants.SUCCESS, "Change #42 is approved for plan 9c1f…e2."),
            Message(constants.WARNING, "The live schema moved since the plan was made."),
            Message(constants.ERROR, "Not applied: gate 4, verification, refused it."),
            Message(constants.INFO, "Queued; the worker takes it within seconds."),
        ],
        **_moments(timezone.now()),
    }


def _moments(now: datetime) -> dict[str, Any]:
    minutes = (0, 0.2, 2, 3 * 60, 24 * 60, 9 * 24 * 60, 200 * 24 * 60, -6 * 24 * 60)
    return {"moments": [now - timedelta(minutes=each) for each in minutes]}
