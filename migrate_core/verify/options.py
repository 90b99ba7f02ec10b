"""What a person may ask of a rehearsal beyond the rehearsal itself."""

from __future__ import annotations

from migrate_core.schema.objects import Value


class Rehearsing(Value, frozen=True, kw_only=True):
    rows: int = 0  # at most so many of each table, and what they refer to; 0: none
    keep: bool = False  # the database stays, to be looked at
