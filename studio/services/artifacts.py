"""The mirror of what targets keep: every parked or archived object, as their ledgers list it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from django.db import transaction
from django.utils import timezone

from migrate_core.ledger import ledger
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.pg.connect import plan_session
from studio.models import Artifact, Change, Target
from studio.services import targets


def mirror(target: Target) -> int:
    """Copies the ledger's list of artifacts; returns how many are kept.

    Raises:
        ConnectionFailedError: the target cannot be reached; what was seen last stays.
    """
    with closing(plan_session(targets.endpoint(target), targets.APPLICATION)) as conn:
        rows = ledger.artifacts(conn)
    changes = {change.migration_id: change for change in target.changes.all()}
    with transaction.atomic():
        for row in rows:
            Artifact.objects.update_or_create(
                target=target,
                artifact_id=str(row.id),
                defaults=_columns(row, changes.get(row.migration_id or "")),
            )
        # The ledger never forgets one: those that are not in it belong to an earlier database.
        known = [str(row.id) for row in rows]
        Artifact.objects.filter(target=target).exclude(artifact_id__in=known).delete()
    return sum(row.status == "kept" for row in rows)


def _columns(row: ArtifactRow, change: Change | None) -> dict[str, Any]:
    physical = row.physical_name + (f".{row.physical_column}" if row.physical_column else "")
    return {
        "migration_id": row.migration_id or "",
        "change": change,
        "run_id": str(row.run_id),
        "step": row.step,
        "kind": row.kind,
        "source": row.source,
        "physical_name": physical,
        "row_count": row.row_count,
        "bytes": row.bytes,
        "checksum": row.checksum or "",
        "status": row.status,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "seen_at": timezone.now(),
    }
