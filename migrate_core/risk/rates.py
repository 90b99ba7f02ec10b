"""How fast a target reads and writes tables: by its own history, else by what a shadow did, else
by what is assumed."""

from __future__ import annotations

from enum import StrEnum

from migrate_core.schema.objects import Value

MB = 1024**2


class WorkKind(StrEnum):
    SCAN = "scan"
    REWRITE = "rewrite"
    BUILD = "build"  # of an index
    BACKFILL = "backfill"
    METADATA = "metadata"


class Rates(Value, frozen=True, kw_only=True):
    """Bytes of table a second; the defaults are of a slow disk that others use too."""

    scan: float = 150 * MB
    rewrite: float = 25 * MB
    build: float = 30 * MB
    backfill: float = 4 * MB
    measured: tuple[WorkKind, ...] = ()  # which of them the target's ledger gave
    rehearsed: tuple[WorkKind, ...] = ()  # which of them a shadow gave, on a table of its own

    def of(self, kind: WorkKind) -> float:
        found: float = getattr(self, kind.value)
        return found
