"""How long a step works and holds its locks, as a range, and how many bytes it writes.

Sizes are the target's. Rates are the target's own history where its ledger has one, those of the
shadow once the plan was rehearsed, and before that assumed, slow ones: an estimate that is too
long annoys, one that is too short lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate_core.pg.ddl import Stage, StageMode, Statement
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.rates import Rates, WorkKind
from migrate_core.risk.surroundings import human_seconds
from migrate_core.schema.objects import Value

METADATA_SECONDS = 0.02  # of a statement that only changes the catalog
BRIEF_SECONDS = 0.1  # nothing is gained by telling these apart
SPREAD = 3.0  # a rate that is assumed may be so many times too slow or too fast
SPREAD_OF_HISTORY = 1.6
# Of what a shadow did: it has nothing else to do and its table in memory. A target may be as fast,
# hardly faster, and is slower where it waits for its disk.
FASTER_THAN_SHADOW, SLOWER_THAN_SHADOW = 1.5, 4.0


class Estimate(Value, frozen=True, kw_only=True):
    """Seconds from and to; `holds` is the longest that others wait for a lock it holds."""

    low: float
    high: float
    holds_low: float = 0.0
    holds_high: float = 0.0
    written: int = 0  # bytes, of tables and indexes
    read: int = 0
    kind: WorkKind = WorkKind.METADATA  # most of the work
    from_history: bool = False
    from_shadow: bool = False

    @property
    def takes(self) -> str:
        return between(self.low, self.high)

    @property
    def holds(self) -> str:
        """ "" where it holds nothing that others wait for."""
        return between(self.holds_low, self.holds_high) if self.holds_high else ""

    @property
    def source(self) -> str:
        """Where its rates are from."""
        if self.kind is WorkKind.METADATA:
            return "mostly the catalog" if self.read or self.written else "catalog only"
        if self.from_shadow:
            return "by what the shadow did"
        return "this target's history" if self.from_history else "assumed, for a slow disk"


def between(low: float, high: float) -> str:
    """`under 20 ms`, `2 to 28 s`, `800 ms to 4 s`."""
    if high <= BRIEF_SECONDS:
        return f"under {human_seconds(max(high, 0.01))}"
    first, last = human_seconds(low), human_seconds(high)
    if first == last:
        return f"about {last}"
    number, unit = first.split(" ")
    return f"{number if unit == last.split(' ')[1] else first} to {last}"


def estimate(
    stages: Iterable[Stage], facts: Facts, *, first: tuple[int, WorkKind] | None = None
) -> Estimate | None:
    """None where it is not known how much there is to do.

    `first`: the stage (from 1) that begins with this work, of parking its rows.
    """
    number, parking = first or (0, None)
    found = [
        _of_stage(stage, facts, parking if at == number else None)
        for at, stage in enumerate(stages, start=1)
    ]
    if any(one is None for one in found):
        return None
    known = [one for one in found if one is not None]
    if not known:
        return None
    most = max(known, key=lambda one: one.high)
    return Estimate(
        low=sum(one.low for one in known),
        high=sum(one.high for one in known),
        holds_low=max(one.holds_low for one in known),
        holds_high=max(one.holds_high for one in known),
        written=sum(one.written for one in known),
        read=sum(one.read for one in known),
        kind=most.kind,
        from_history=most.from_history,
        from_shadow=most.from_shadow,
    )


def _spread(kind: WorkKind, rates: Rates) -> tuple[float, float]:
    """How many times faster, and slower, than its rate it may be."""
    if kind in rates.measured:
        return SPREAD_OF_HISTORY, SPREAD_OF_HISTORY
    if kind in rates.rehearsed:
        return FASTER_THAN_SHADOW, SLOWER_THAN_SHADOW
    return SPREAD, SPREAD


def _of_stage(stage: Stage, facts: Facts, parking: WorkKind | None) -> Estimate | None:
    """What its statements take one after another; locks are held until the last is done."""
    if any(statement.queries for statement in stage.statements):
        return None  # over tables whose sizes say nothing of how long it takes
    low = high = 0.0
    written = read = 0
    rates = facts.rates
    most = WorkKind.METADATA
    locks = (lock for statement in stage.statements for lock in statement.locks())
    blocks = any(mode.blocks_writes for _table, mode in locks)
    for kind, size in _work(stage, facts, parking):
        if kind is WorkKind.METADATA:
            low, high = low + METADATA_SECONDS / 10, high + METADATA_SECONDS
            continue
        if size is None:
            return None
        seconds = size / rates.of(kind)
        faster, slower = _spread(kind, rates)
        low, high = low + seconds / faster, high + seconds * slower + METADATA_SECONDS
        most = kind
        read, written = read + size, written + (0 if kind is WorkKind.SCAN else size)
    return Estimate(
        low=low,
        high=high,
        holds_low=low if blocks else 0.0,
        holds_high=high if blocks else 0.0,
        written=written,
        read=read,
        kind=most,
        from_history=most in rates.measured,
        from_shadow=most in rates.rehearsed,
    )


def _work(
    stage: Stage, facts: Facts, parking: WorkKind | None
) -> Iterator[tuple[WorkKind, int | None]]:
    """Each kind of work, and how many bytes it goes through; None: not measured."""
    own = _bytes(facts.is_empty, facts.size)
    if parking:
        yield parking, own
    others = {one.table: _bytes(one.is_empty, one.size) for one in facts.locked}
    for statement in stage.statements:
        sizes = [others.get(table, own) for table in statement.through()] or [own]
        known = [size for size in sizes if size is not None]
        yield _kind(stage, statement), sum(known) if len(known) == len(sizes) else None


def _bytes(is_empty: bool, size: TableSize | None) -> int | None:
    if is_empty:
        return 0
    return size.bytes if size else None


def _kind(stage: Stage, statement: Statement) -> WorkKind:
    if stage.mode is StageMode.BATCHED:
        return WorkKind.BACKFILL
    if statement.builds:
        return WorkKind.BUILD
    if statement.rewrites:
        return WorkKind.REWRITE
    return WorkKind.SCAN if statement.scans else WorkKind.METADATA
