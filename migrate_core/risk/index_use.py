"""What an index that goes was read for: counted on itself, as queries are slow without it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.risk import here
from migrate_core.risk.codes import Reason
from migrate_core.risk.facts import Facts
from migrate_core.risk.surroundings import A_DAY, Activity, human_rate, human_seconds
from migrate_core.schema.objects import Index, Relation, Table
from migrate_core.schema.serving import serves

FORGOTTEN_SECONDS = 35 * A_DAY  # since the last scan: longer than a month's report comes round


def index_in_use(index: Index, table: Relation | None, facts: Facts) -> Iterator[Reason]:
    """`table` as the last step leaves it."""
    activity = facts.index
    if facts.is_new or facts.is_made or facts.awaits or serves(table, index):
        return
    left = {column.name for column in table.columns} if isinstance(table, Table) else None
    if left is not None and not left.issuperset(index.columns):
        return  # that is told of the column
    activity = activity or Activity()
    rate, last = activity.use(), activity.last_read_seconds
    if rate is None or (last is not None and last >= FORGOTTEN_SECONDS):
        if activity.counted_since() < A_DAY:
            since = activity.counted_in_words()
            yield here.INDEX_USE_UNKNOWN.because(f"{index.name}; {since}; {facts.describe()}")
        return
    about = "about" if activity.is_since_reset else "at most"
    since = human_seconds(activity.counted_seconds or 0)
    ago = f"; the last one {human_seconds(last)} ago" if last is not None else ""
    yield here.INDEX_IN_USE.because(
        f"{index.name} has {about} {human_rate(rate, 'scans')}, counted for {since}{ago};"
        f" {facts.describe()}"
    )
