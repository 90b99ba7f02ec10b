"""How long what is kept is kept: by the target's clock, and never shorter than it was promised.

Nothing goes by itself. What has expired stays for days of grace, in which it is shown, and goes
only when a person cleans up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.schema.objects import Value

GRACE = timedelta(days=7)
SOON = timedelta(days=7)


class Life(StrEnum):
    KEPT = "kept"
    EXPIRES_SOON = "expires soon"
    IN_GRACE = "in grace"  # expired; a clean-up leaves it
    OVERDUE = "overdue"  # a clean-up takes it


class Expiry(Value, frozen=True, kw_only=True):
    """What is kept, by how long it will be; each in the order in which it expires."""

    now: datetime
    grace: timedelta
    overdue: tuple[ArtifactRow, ...] = ()
    in_grace: tuple[ArtifactRow, ...] = ()
    expires_soon: tuple[ArtifactRow, ...] = ()


def life(expires_at: datetime | None, now: datetime, grace: timedelta = GRACE) -> Life:
    """Of something that is kept; what has no expiry is kept for good."""
    if expires_at is None or expires_at > now + SOON:
        return Life.KEPT
    if expires_at > now:
        return Life.EXPIRES_SOON
    return Life.IN_GRACE if expires_at + grace > now else Life.OVERDUE


def expiry(
    conn: Connection[Any],
    *,
    grace: timedelta = GRACE,
    older_than: timedelta = timedelta(),
    schema: str = DEFAULT_SCHEMA,
) -> Expiry:
    """`older_than`: only what was parked longer ago is overdue; it makes nothing go sooner."""
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None  # a clock always answers
    now: datetime = row[0]
    kept = [a for a in ledger.artifacts(conn, schema) if a.status == "kept" and a.expires_at]
    found: dict[Life, list[ArtifactRow]] = {one: [] for one in Life}
    for artifact in sorted(kept, key=lambda a: (a.expires_at or now, str(a.id))):
        found[life(artifact.expires_at, now, grace)].append(artifact)
    old = [a for a in found[Life.OVERDUE] if a.created_at <= now - older_than]
    return Expiry(
        now=now,
        grace=grace,
        overdue=tuple(old),
        in_grace=tuple(found[Life.IN_GRACE]),
        expires_soon=tuple(found[Life.EXPIRES_SOON]),
    )
