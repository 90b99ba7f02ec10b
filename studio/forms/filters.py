"""Filters that live in the URL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from migrate_core.risk.levels import Level
from migrate_core.states import ChangeState, RunState
from studio.models import Change, Environment, Run


def _choices(label: str, values: Any) -> list[tuple[str, str]]:
    return [("", label), *((str(value), str(value)) for value in values)]


class ChangeFilter(forms.Form):
    q = forms.CharField(required=False, label="Search")
    state = forms.ChoiceField(required=False, choices=_choices("any state", ChangeState))
    environment = forms.ChoiceField(
        required=False, choices=[("", "any environment"), *Environment.Kind.choices]
    )
    level = forms.ChoiceField(required=False, choices=_choices("any risk", Level))

    def narrowed(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """An impossible value narrows nothing: the URL may be old."""
        self.is_valid()
        given = self.cleaned_data
        if text := given.get("q"):
            number = Q(number=int(text[1:])) if text[:1] == "#" and text[1:].isdecimal() else Q()
            words = Q(title__icontains=text) | Q(migration_id__icontains=text)
            changes = changes.filter(number or words | Q(target__name__icontains=text))
        if state := given.get("state"):
            changes = changes.filter(state=state)
        if kind := given.get("environment"):
            changes = changes.filter(target__environment__kind=kind)
        if level := given.get("level"):
            changes = changes.filter(plans__level=level).distinct()
        return changes


class RunFilter(forms.Form):
    q = forms.CharField(required=False, label="Search")
    state = forms.ChoiceField(required=False, choices=_choices("any state", RunState))
    environment = forms.ChoiceField(
        required=False, choices=[("", "any environment"), *Environment.Kind.choices]
    )

    def narrowed(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        self.is_valid()
        given = self.cleaned_data
        if text := given.get("q"):
            number = Q(number=int(text)) if text.isdecimal() and len(text) < 9 else Q()
            runs = runs.filter(number or Q(title__icontains=text) | Q(target__name__icontains=text))
        if state := given.get("state"):
            runs = runs.filter(state=state)
        if kind := given.get("environment"):
            runs = runs.filter(target__environment__kind=kind)
        return runs


class SinceFilter(forms.Form):
    """How far back, in days."""

    DAYS = (("", "all of it"), ("1", "a day"), ("7", "7 days"), ("30", "30 days"))
    since = forms.ChoiceField(required=False, choices=DAYS, label="How far back")

    def since_when(self) -> datetime | None:
        """An impossible value goes back to the beginning: the URL may be old."""
        self.is_valid()
        days = self.cleaned_data.get("since")
        return timezone.now() - timedelta(days=int(days)) if days else None
