"""Projects, their environments and targets, who may do what there, and what is declared."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from migrate_core.risk.policy import Policy
from studio.models.policies import PolicyVersion


class Role(models.TextChoices):
    VIEWER = "viewer", "viewer"
    AUDITOR = "auditor", "auditor"
    AUTHOR = "author", "author"
    REVIEWER = "reviewer", "reviewer"
    OPERATOR = "operator", "operator (DBA)"
    ADMIN = "admin", "admin"


class Project(models.Model):
    name = models.CharField(max_length=100, unique=True)
    # The folder whose zanith.toml and migrations belong to it; only an admin's settings name one.
    folder = models.CharField(max_length=500, blank=True)
    last_change = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Environment(models.Model):
    """Where targets live; its policy is what the gates ask for."""

    class Kind(models.TextChoices):
        DEV = "dev", "development"
        STAGING = "staging", "staging"
        PROD = "prod", "production"

    project = models.ForeignKey(Project, models.PROTECT, related_name="environments")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DEV)
    # The newest; none: nothing but a rehearsal is asked for.
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ("project__name", "name")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="environment_is_named_once"),
        )

    def __str__(self) -> str:
        return f"{self.project} {self.name}"

    @property
    def policy(self) -> Policy:
        return self.policy_version.value() if self.policy_version else Policy()

    @property
    def policy_number(self) -> int:
        return self.policy_version.number if self.policy_version else 0

    @property
    def is_prod(self) -> bool:
        return self.kind == self.Kind.PROD


class Membership(models.Model):
    """A role in one environment, or in all of a project where none is named."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    environment = models.ForeignKey(Environment, models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "project", "environment", "role"),
                name="role_is_given_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.environment or self.project}"


class Target(models.Model):
    """A live database. Its password is sealed and can be replaced, never read."""

    class State(models.TextChoices):
        NEW = "new", "not looked at yet"
        READY = "ready", "ready"
        UNREACHABLE = "unreachable", "unreachable"

    class SslMode(models.TextChoices):
        VERIFY_FULL = "verify-full", "verify-full: encrypted, certificate and host checked"
        VERIFY_CA = "verify-ca", "verify-ca: encrypted, certificate checked"
        REQUIRE = "require", "require: encrypted, nobody checked"
        DISABLE = "disable", "disable: a socket or a trusted network only"

    environment = models.ForeignKey(Environment, models.PROTECT, related_name="targets")
    name = models.CharField(max_length=100)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=5432)
    dbname = models.CharField(max_length=63)
    user = models.CharField(max_length=63)
    sslmode = models.CharField(max_length=20, choices=SslMode.choices, default=SslMode.VERIFY_FULL)
    sslrootcert = models.CharField(max_length=500, blank=True)
    sealed_password = models.BinaryField(default=b"", editable=False)
    schemas: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    problem = models.CharField(max_length=300, blank=True)
    major = models.PositiveSmallIntegerField(null=True, editable=False)
    live_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    # What the ledger said last: a live schema that is something else has drifted.
    known_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("environment__project__name", "environment__name", "name")
        constraints = (
            models.UniqueConstraint(fields=("environment", "name"), name="target_is_named_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def project(self) -> Project:
        return self.environment.project

    @property
    def wanted_schemas(self) -> tuple[str, ...] | None:
        """The schemas that are managed; None where all of the user's own are."""
        return tuple(self.schemas) or None


class DeclaredVersion(models.Model):
    """What a target's schema should become, as it was given at one moment."""

    class Kind(models.TextChoices):
        TEXT = "text", "uploaded or pasted SQL"
        FOLDER = "folder", "a folder of the server"
        TARGET = "target", "another target"
        SNAPSHOT = "snapshot", "a snapshot"

    target = models.ForeignKey(Target, models.CASCADE, related_name="declared")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=200)
    files: models.JSONField[Any, Any] = models.JSONField(default=list)  # [[name, text], ...]
    folder = models.CharField(max_length=500, blank=True)
    source_target = models.ForeignKey(
        Target, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    snapshot = models.CharField(max_length=64, blank=True)  # fingerprint
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.label
