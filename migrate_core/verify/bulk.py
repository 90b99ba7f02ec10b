"""What the rows weigh that raw SQL wrote, by the size of the target's tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.circumstances import VERY_MUCH_BYTES
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import SHORT_BYTES
from migrate_core.verify.overwritten import Compared
from migrate_core.verify.relations import Relation
from migrate_core.verify.scripts import Script

SMALL_ROWS = 10_000  # of a table that people know by heart
FEW_ROWS = 1_000

FactsOf = Callable[[QualifiedName], Facts]
Written = tuple[int, int, int]  # rows inserted, updated and deleted


def written(script: Script, one: Relation) -> Written:
    """`one` as it was before, or as it is where it is new."""
    before, after = script.doings.before.get(one.oid), script.doings.after.get(one.oid)
    was = (before.written if before else None) or (0, 0, 0)
    now = (after.written if after else None) or was
    inserted, updated, deleted = (a - b for a, b in zip(now, was, strict=True))
    return inserted, updated, deleted


def is_only_added_to(script: Script, one: Relation, texts: Iterable[str]) -> bool:
    """Nobody read it, so whatever rows it has in the target, they decide nothing."""
    doings = script.doings
    inserted, *others = written(script, one)
    clashes = any("conflict" in text.lower() for text in texts)
    read = one in doings.scanned or any(
        index.belongs_to == one.oid and index.searches != doings.after[oid].searches
        for oid, index in doings.before.items()
        if oid in doings.after
    )
    return inserted > 0 and not any(others) and not read and not clashes


def filling(script: Script, facts_of: FactsOf) -> Iterator[Reason]:
    """Rows that were put somewhere out of tables that were read: as many as those hold there."""
    into = [
        (one, count)
        for one in script.doings.after.values()
        if one.kind in "rm" and not one.is_ours and (count := written(script, one)[0]) > 0
    ]
    read = _read(script)
    makes = any(n not in script.doings.before for n, one in script.doings.after.items())
    blind = [one for one in read if not _rows_read(script, one)] if makes else []
    if not into and not blind:
        return
    count = sum(rows for _one, rows in into)
    from_whom = [(one, facts_of(one.qualified)) for one in read]
    sources = [(one, facts) for one, facts in from_whom if not facts.is_empty]
    sizes = [share(script, one, facts, count) for one, facts in sources]
    level = _level(None if None in sizes else sum(size or 0 for size in sizes))
    if sources and level is not Level.LOW:
        names = ", ".join(str(one.qualified) for one, _count in into) or "what it made"
        told = "; ".join(f"{one.qualified}, {facts.describe()}" for one, facts in sources)
        said = f"{count:,} rows were put into {names} out of what was read: in the target {told}"
        yield why.WRITES_ROWS.because(said, level=level)


def copied(script: Script, facts_of: FactsOf) -> Level:
    """Of rows that it may find in the target, and did not find here: all that was read."""
    sizes = [facts.size for one in _read(script) if not (facts := facts_of(one.qualified)).is_empty]
    known = [size.bytes for size in sizes if size and size.bytes is not None]
    return _level(sum(known) if len(known) == len(sizes) else None)


def _read(script: Script) -> list[Relation]:
    return [one for one in script.doings.scanned if one.kind in "rm"]


def updated(
    script: Script,
    one: Relation,
    facts: Facts,
    count: int,
    about: str,
    *,
    branches: bool,
    batches: bool,
) -> Reason:
    """Of so many rows. Who updates the same ones waits; what they held may be gone.

    Args:
        branches: whether it may write in ways that its statements do not show.
        batches: whether it fills what is NULL, and commits batch by batch.
    """
    most = math.inf if branches else script.bounds.get(one.qualified, math.inf)
    if count <= most <= FEW_ROWS:
        said = f"rows written over: by a unique key, at most {most:,.0f}, of {about}"
        return why.WRITES_ROWS.because(said, level=Level.MEDIUM)
    seen = script.compared.get(one.oid)
    if seen is None:
        said = f"rows written over: {count:,}, of {about}"
        return why.WRITES_ROWS.because(said, level=Level.HIGH)
    if seen.lost:
        return _overwritten(seen, facts, about)
    if batches:
        said = f"rows filled where they were NULL, in batches that commit: {about}"
        return why.WRITES_ROWS.because(said, level=Level.MEDIUM)
    said = f"rows updated: {count:,}, over NULLs or with what they held, of {about}"
    size = share(script, one, facts, count)
    small = size is not None and size <= SHORT_BYTES
    # Rows that were not copied may hold what would be lost; a few thousand are like these.
    speaks = seen.rows >= _counted(facts) or (facts.rows or math.inf) <= SMALL_ROWS
    return why.WRITES_ROWS.because(said, level=Level.MEDIUM if small and speaks else Level.HIGH)


def _overwritten(seen: Compared, facts: Facts, about: str) -> Reason:
    level = Level.MEDIUM if _are_few(seen, facts) and not seen.leveled else Level.HIGH
    said = f"rows written over: {seen.lost:,} of {seen.rows:,}, of {about}"
    if seen.leveled:
        said += "; all hold the same now, and what told them apart is gone"
    return why.WRITES_ROWS.because(said, level=level)


def _are_few(seen: Compared, facts: Facts) -> bool:
    """The smaller part of a small table, by what was copied of it."""
    if facts.rows is None or facts.rows > SMALL_ROWS or seen.lost * 2 >= seen.rows:
        return False
    return seen.lost * facts.rows <= FEW_ROWS * seen.rows


def saw_all(script: Script, one: Relation, facts: Facts) -> bool:
    """Whether every row that the target has was there to be read, and was."""
    return _rows_read(script, one) >= _counted(facts)


def _counted(facts: Facts) -> float:
    """Rows of the target's table; no end of them where they were not counted one by one."""
    exact = facts.size and facts.size.exact
    return facts.rows if exact and facts.rows is not None else math.inf


def share(script: Script, one: Relation, facts: Facts, count: int) -> int | None:
    """Bytes of the target's table that so many of the rows on the shadow stand for."""
    if facts.size is None or facts.size.bytes is None:
        return None
    rows = _rows_read(script, one)
    part = min(1.0, count / rows) if rows else 1.0
    return round(facts.size.bytes * part)


def _rows_read(script: Script, one: Relation) -> int:
    """Of one scan; none where it was not scanned, or had no row."""
    after = script.doings.after.get(one.oid)
    if after is None or after.seen is None or one.seen is None or not after.scans:
        return 0
    scans = after.scans - (one.scans or 0)
    return (after.seen - one.seen) // scans if scans else 0


def _level(size: int | None) -> Level:
    """One transaction that takes minutes keeps vacuum from removing what dies meanwhile; one
    that takes seconds is no matter."""
    if size is None or size >= VERY_MUCH_BYTES:
        return Level.HIGH
    return Level.MEDIUM if size > SHORT_BYTES else Level.LOW
