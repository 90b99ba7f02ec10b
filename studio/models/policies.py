"""What an environment asks for, version by version; nothing of it is ever rewritten."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import models

from migrate_core.files.config import parse
from migrate_core.risk.policy import Policy


class PolicyVersion(models.Model):
    """Append-only: the database refuses to change or delete a row."""

    environment = models.ForeignKey(
        "studio.Environment", models.PROTECT, related_name="policy_versions"
    )
    number = models.PositiveIntegerField()
    text = models.TextField()  # [policy] of zanith.toml
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "number"), name="policy_version_is_numbered_once"
            ),
        )

    def __str__(self) -> str:
        return f"policy version {self.number}"

    def value(self) -> Policy:
        return read(self.text)


@lru_cache(maxsize=256)
def read(text: str) -> Policy:
    """
    Raises:
        ConfigurationError: never of what was saved: it was read before.
    """
    return parse(text, Path("policy.toml")).policy.everywhere()
