"""What the studio keeps of each target's record, where whoever rewrites the target cannot reach."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from studio.models.changes import Work
from studio.models.projects import Target


class RecordHead(models.Model):
    """The last event that was seen and holds; the target must go on having it."""

    class Problem(models.TextChoices):
        NONE = "", "none"
        GONE = "gone", "the target does not have it any more"
        BROKEN = "broken", "what came after it does not hold"

    target = models.OneToOneField(Target, models.CASCADE, related_name="head")
    seq = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField()
    problem = models.CharField(max_length=10, choices=Problem.choices, default="", blank=True)
    broken = models.BigIntegerField(null=True)  # the first event that does not hold

    def __str__(self) -> str:
        return f"event {self.seq} of {self.target}"


class RecordCheck(models.Model):
    """One check of a whole record, event by event and row by row, as a person asked for it."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="record_checks")
    work = models.CharField(max_length=10, choices=Work.choices, default=Work.QUEUED)
    report: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    error: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"check {self.pk} of the record of {self.target}"
