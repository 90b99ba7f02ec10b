"""The review object and what hangs on it: text, plans, verifications, approvals."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from migrate_core.planning.plan import Plan as CorePlan
from migrate_core.planning.plan import decode_plan
from migrate_core.states import ChangeState
from studio.models.policies import PolicyVersion
from studio.models.projects import DeclaredVersion, Environment, Project, Target


class Work(models.TextChoices):
    """How far something is that a background task makes."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Change(models.Model):
    """One page that carries a migration from draft to applied; numbered per project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    migration_id = models.CharField(max_length=100)
    target = models.ForeignKey(Target, models.PROTECT, related_name="changes")
    declared = models.ForeignKey(DeclaredVersion, models.PROTECT, null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="changes"
    )
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in ChangeState], default=ChangeState.DRAFT
    )
    story = models.SlugField(blank=True)  # which demo story it belongs to
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="change_number_is_unique"),
            models.UniqueConstraint(
                fields=("target", "migration_id"), name="migration_id_is_unique"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    @property
    def environment(self) -> Environment:
        return self.target.environment

    @property
    def status(self) -> ChangeState:
        return ChangeState(self.state)


class MigrationText(models.Model):
    """One version of the migration's YAML: the truth that plans are made of."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="texts")
    version = models.PositiveIntegerField()
    text = models.TextField()
    checksum = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)  # "step 3 became softDropColumn"
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("version",)
        constraints = (
            models.UniqueConstraint(fields=("change", "version"), name="text_version_is_unique"),
        )

    def __str__(self) -> str:
        return f"{self.change} v{self.version}"


class Plan(models.Model):
    """A plan as migrate_core made it, stored as bytes; the columns are for lists."""

    change = models.ForeignKey(
        Change, models.CASCADE, null=True, blank=True, related_name="plans"
    )  # none for a restore or a purge
    target = models.ForeignKey(Target, models.PROTECT, related_name="plans")
    text = models.ForeignKey(MigrationText, models.PROTECT, null=True, blank=True)
    work = models.CharField(max_length=10, choices=Work.choices, default=Work.QUEUED)
    body = models.BinaryField(default=b"")
    hash = models.CharField(max_length=64, blank=True, db_index=True)
    base_fingerprint = models.CharField(max_length=64, blank=True)
    direction = models.CharField(max_length=10, default="up")
    level = models.CharField(max_length=12, blank=True)
    score = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    error: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    elapsed_ms = models.FloatField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"plan {self.hash[:8] or self.pk}"

    def value(self) -> CorePlan:
        return decode_plan(bytes(self.body))

    @property
    def is_made(self) -> bool:
        return self.work == Work.DONE


class Verification(models.Model):
    """One rehearsal of a plan on the shadow, with its whole report."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="verifications")
    plan_hash = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)  # of the target's, a table; 0: none
    keep = models.BooleanField(default=False)  # its database stays
    work = models.CharField(max_length=10, choices=Work.choices, default=Work.QUEUED)
    ok = models.BooleanField(null=True)
    report: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    error: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    elapsed_ms = models.FloatField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"verification {self.pk} of {self.plan}"

    @property
    def change(self) -> Change | None:
        return self.plan.change


class Approval(models.Model):
    """Somebody's word on exactly this plan, on this target, as its schema then was."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", "approved"
        CHANGES = "changes", "asked for changes"

    change = models.ForeignKey(Change, models.CASCADE, related_name="approvals")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="approvals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="approvals")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    comment = models.TextField(blank=True)
    # What it is bound to: anything else voids it.
    plan_hash = models.CharField(max_length=64)
    target = models.ForeignKey(Target, models.PROTECT)
    base_fingerprint = models.CharField(max_length=64)
    level = models.CharField(max_length=12)
    score = models.PositiveSmallIntegerField()
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="approvals"
    )
    policy = models.CharField(max_length=300, blank=True)  # as it read before there were versions
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.user} {self.verdict} {self.plan_hash[:8]}"

    def void_because(self, plan: Plan, score: int) -> str:
        """What makes it no longer count for this plan; "" where nothing does.

        `score`: of the plan as it is judged now, its rehearsal looked at.
        """
        if self.plan_hash != plan.hash:
            return "it was of another plan"
        if self.target_id != plan.target_id:
            return "it was for another target"
        if self.base_fingerprint != plan.base_fingerprint:
            return "the live schema is another one"
        if score > self.score:
            return f"the risk has risen from {self.score} to {score}"
        return ""

    def void_under(self, asked: PolicyVersion | None) -> str:
        """The same of the policy that is asked."""
        if self.policy_version_id == (asked.pk if asked else None):
            return ""
        was = f"version {self.policy_version.number}" if self.policy_version else "an earlier text"
        return f"the policy is version {asked.number if asked else 0} by now, and was {was}"
