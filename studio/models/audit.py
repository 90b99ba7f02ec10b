"""Who tried what, refusals included; and which workers are alive."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from studio.models.changes import Change
from studio.models.projects import Environment, Target
from studio.models.runs import Run


class Attempt(models.Model):
    """Append-only: the database refuses to change or delete a row."""

    class Outcome(models.TextChoices):
        DONE = "done", "done"
        REFUSED = "refused", "refused"
        FAILED = "failed", "failed"

    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    action = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    thing = models.CharField(max_length=300)  # in words, because things may be renamed
    reason = models.TextField(blank=True)
    environment = models.ForeignKey(Environment, models.PROTECT, null=True)
    target = models.ForeignKey(Target, models.PROTECT, null=True)
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="attempts")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="attempts")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.user} {self.action} {self.thing}: {self.outcome}"


class WorkerBeat(models.Model):
    """The last sign of life of one worker process."""

    name = models.CharField(max_length=200, unique=True)
    queues = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
