"""Rows of today that a step writes in batches: one reason, whichever kind fills them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import REQUIRES_BACKFILL, Reason


def filling(facts: Facts, key: Sequence[str], what: str = "") -> Iterator[Reason]:
    """`key`: the columns by which the rows are walked; `what` is written, where it has to be
    said."""
    about = f"{what} " if what else ""
    yield REQUIRES_BACKFILL.because(f"{about}in batches by {', '.join(key)}; {facts.describe()}")
