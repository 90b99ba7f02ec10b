"""How fast a backfill goes and how long it may still take, from its own batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from migrate_core.schema.objects import Value

RECENT = 20  # batches in the moving average


class Mark(NamedTuple):
    """The end of one batch."""

    at: datetime
    processed: int  # rows looked at so far


class Progress(Value, frozen=True, kw_only=True):
    """`total` is PostgreSQL's estimate, not a count; `seconds_left` is what the slower and the
    faster of two rates give, None where nothing can be said."""

    processed: int
    total: int | None = None
    rows_per_second: float | None = None
    seconds_left: tuple[float, float] | None = None  # (shortest, longest)

    @property
    def is_beyond(self) -> bool:
        """More rows were there than estimated: then nobody knows how many are left."""
        return self.total is not None and self.processed > self.total


def progress(marks: Sequence[Mark], total: int | None) -> Progress:
    """`marks` in order of time, those before a stop left out: an idle hour is no rate."""
    if not marks:
        return Progress(processed=0, total=total)
    now = marks[-1]
    recent, whole = _rate(marks[-RECENT:]), _rate(marks)
    rates = sorted(rate for rate in (recent, whole) if rate)
    left = None
    if rates and total is not None and now.processed <= total:
        rest = total - now.processed
        left = (rest / rates[-1], rest / rates[0])
    return Progress(processed=now.processed, total=total, rows_per_second=recent, seconds_left=left)


def _rate(marks: Sequence[Mark]) -> float | None:
    seconds = (marks[-1].at - marks[0].at).total_seconds()
    rows = marks[-1].processed - marks[0].processed
    return rows / seconds if seconds > 0 and rows > 0 else None
