"""Runs, and the mirror of what the targets' ledgers say about them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from migrate_core.ledger.rows import in_words
from migrate_core.states import RunState, check, is_over
from studio.models.changes import Change, Plan
from studio.models.policies import PolicyVersion
from studio.models.projects import Environment, Target

LONGEST_TITLE = 200  # characters; names in it may be 63 each, and quoted


class Run(models.Model):
    """One execution of a plan; its uuid is the ledger's run_id, also after a resume."""

    class Wanted(models.TextChoices):
        NOTHING = "", "go on"
        STOP = "stop_after_step", "stop after this step"
        CANCEL = "cancel", "cancel"
        PAUSE = "pause", "pause"

    class Window(models.TextChoices):
        NONE = "", "not for a window"
        ASKED = "asked", "put off to a window"
        MISSED = "missed", "its window had closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="runs")
    # The change whose steps it takes back: a run of its own, with a plan of its own.
    undoes = models.ForeignKey(Change, models.PROTECT, null=True, related_name="undoings")
    target = models.ForeignKey(Target, models.PROTECT, related_name="runs")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="runs")
    # By which its gates were asked; what it has begun goes on under the approvals it had then.
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=LONGEST_TITLE)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in RunState], default=RunState.QUEUED
    )
    wanted = models.CharField(max_length=20, choices=Wanted.choices, default="", blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs")
    consents: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    # The lease: whoever holds this token may write here.
    lease = models.UUIDField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    # A backend that still works for a worker which is gone: seen in the target, not guessed.
    orphan_pid = models.IntegerField(null=True)
    # Taken up again by itself after its worker died: so many times without progress between.
    losses = models.PositiveSmallIntegerField(default=0)
    progress_at_loss = models.PositiveIntegerField(default=0)
    lost_at = models.DateTimeField(null=True)
    lost_worker = models.CharField(max_length=200, blank=True)
    # Another session that had the target's lock when this run wanted to begin.
    held_by = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField(null=True)
    # Why it begins no earlier, where that is for the policy's window to open.
    window = models.CharField(max_length=10, choices=Window.choices, default="", blank=True)
    pace = models.PositiveSmallIntegerField(default=100)  # percent of the time a backfill may take
    # What its worker sees in the target right now; of the moment, and nowhere on the record.
    live: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    live_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    result: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    last_seq = models.BigIntegerField(default=0)  # of the ledger: how far the mirror is

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("target",),
                condition=models.Q(state="running"),
                name="one_run_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"run {self.number}"

    @property
    def status(self) -> RunState:
        return RunState(self.state)

    def move(self, state: RunState) -> None:
        """Raises IllegalTransitionError unless the one transition table has the move."""
        check(self.status, state)
        self.state = state

    @property
    def has_begun(self) -> bool:
        """Whether the gates let it through and a step of it has begun."""
        return self.events.filter(step__isnull=False).exists()

    @property
    def is_over(self) -> bool:
        return is_over(self.status)

    @property
    def environment(self) -> Environment:
        return self.target.environment


class RunEvent(models.Model):
    """One event of a ledger, kept so that pages never ask the target."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="events")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    migration_id = models.CharField(max_length=100, blank=True)
    step = models.PositiveIntegerField(null=True)
    attempt = models.PositiveIntegerField(null=True)
    stage = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=30)
    detail: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    actor = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("seq",)
        constraints = (
            models.UniqueConstraint(fields=("run", "seq"), name="event_is_mirrored_once"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Artifact(models.Model):
    """One parked object, as the target's ledger lists it."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="artifacts")
    artifact_id = models.CharField(max_length=40)
    migration_id = models.CharField(max_length=100, blank=True)
    change = models.ForeignKey(
        Change, models.SET_NULL, null=True, blank=True, related_name="artifacts"
    )
    run_id = models.CharField(max_length=40, blank=True)
    step = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=300)
    physical_name = models.CharField(max_length=300)
    row_count = models.BigIntegerField(null=True)
    bytes = models.BigIntegerField(null=True)
    checksum = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20)
    created_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("target", "artifact_id"), name="artifact_is_mirrored_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"

    @property
    def kind_words(self) -> str:
        return in_words(self.kind)

    @property
    def environment(self) -> Environment:
        return self.target.environment
