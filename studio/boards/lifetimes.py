"""How long what is kept is kept, in words: what expires soon, what has expired, its grace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from migrate_core.recovery import Life, life
from migrate_core.schema.objects import Value
from studio.models import Artifact


class Lifetime(Value, frozen=True, kw_only=True):
    """`title` is empty where there is nothing to say."""

    state: Life
    tone: str = "info"  # of the notice
    level: str = "safe"  # of the pill
    title: str = ""
    text: str = ""


def grace() -> timedelta:
    return timedelta(days=settings.RECOVERY_GRACE_DAYS)


def of(artifact: Artifact, now: datetime | None = None) -> Lifetime:
    state = life(artifact.expires_at, now or timezone.now(), grace())
    if artifact.expires_at is None or artifact.status != "kept" or state is Life.KEPT:
        return Lifetime(state=Life.KEPT)
    day = f"{artifact.expires_at:%d %B %Y}"
    if state is Life.EXPIRES_SOON:
        return Lifetime(
            state=state,
            tone="medium",
            level="medium",
            title=f"It expires on {day}",
            text=f"It stays {grace().days} days longer, and goes only when somebody purges it.",
        )
    until = f"{artifact.expires_at + grace():%d %B %Y}"
    in_grace = state is Life.IN_GRACE
    return Lifetime(
        state=state,
        tone="high",
        level="high",
        title=f"It expired on {day}",
        text=(
            f"It is in its grace until {until}: no clean-up takes it before."
            if in_grace
            else f"Its grace ended on {until}: it stays until somebody purges it or cleans up."
        ),
    )


def words(artifact: Artifact) -> dict[str, Any]:
    return {"lifetime": of(artifact)}
