"""Reasons that any step may get, from its locks and work and what was measured around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import here
from migrate_core.risk.codes import Reason
from migrate_core.risk.facts import Facts, human_bytes
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import (
    A_DAY,
    Activity,
    InTheWay,
    Surroundings,
    human_rate,
    human_seconds,
)
from migrate_core.risk.verdict import SHORT_BYTES
from migrate_core.schema.objects import Value

SOON_GONE_SECONDS = 5  # a transaction that is younger is no news
OLD_SECONDS = 60
LONG_SECONDS = 600  # as long as a lock is tried for (RunOptions.lock_budget_seconds)
BUSY_PER_SECOND = 50
BUSY_COUNT = 1000  # fewer, as of a table just loaded, are no rate
MUCH_BYTES = 1024**3
VERY_MUCH_BYTES = 10 * 1024**3
BEHIND_SECONDS = 30
BEHIND_BYTES = 256 * 1024**2
KEPT_BYTES = 1024**3
HIGH_FROZEN_AGE = 150_000_000  # autovacuum_freeze_max_age is 200 million by default
FAILSAFE_AGE = 1_600_000_000  # vacuum_failsafe_age: VACUUM drops all but freezing
LAST_AGE = 2**31 - 3_000_000  # no transaction id is given out any more


class Work(Value, frozen=True, kw_only=True):
    """What a step's statements do to the relation that it is about, and to others."""

    relation: QualifiedName | None
    strongest: LockMode | None = None
    others: tuple[tuple[QualifiedName, LockMode], ...] = ()  # tables that are locked too
    writes_all: bool = False  # every row, or every entry of an index
    reads_all: bool = False
    is_concurrent: bool = False
    writes_rows: bool = False  # its own, in batches
    reshapes: bool = False  # what its rows are made of
    creates_in: str = ""  # a schema


def circumstances(work: Work, facts: Facts) -> Iterator[Reason]:
    """None for what was not measured at all: a shadow has no circumstances."""
    if facts.awaits:
        yield _not_there_yet(work, facts)
    if facts.surroundings is not None:
        if work.creates_in in facts.surroundings.closed_schemas:
            role = facts.surroundings.role
            yield here.LACKS_PRIVILEGE.because(f"{role} has no CREATE on {work.creates_in}")
        yield from _of_server(work, facts, facts.surroundings)
    if facts.activity is not None and not facts.is_new:
        yield from _of_relation(work, facts, facts.activity)
    yield from _in_the_way(tuple(_met(work, facts)))
    yield from _busy_elsewhere(work, facts)


def in_use(
    what: str, facts: Facts, *, by_writers: bool = False, is_kept: bool = False
) -> Iterator[Reason]:
    """For what goes, and may be missed: counted on its relation, or on those beneath a view.

    By whom, and which of its columns, is not counted anywhere. What is kept comes back at once:
    of that only use that was counted is told.
    """
    if facts.is_new or facts.is_made or facts.is_ahead:
        return
    counted = _counted(facts)
    found = [(rate, on, a) for on, a in counted if a and (rate := _rate(a, by_writers))]
    if found:
        rate, on, activity = max(found, key=lambda one: one[0])
        about = "about" if activity.is_since_reset else "at most"
        kind = "writes" if by_writers else "reads and writes"
        yield here.USED_NOW.because(f"{what}; {on} has {about} {human_rate(rate, kind)}")
    elif not is_kept and not _nobody_can(facts):
        activities = [activity or Activity() for _on, activity in counted]
        least = min(activities, key=lambda one: one.counted_since(writes_only=by_writers))
        if least.counted_since(writes_only=by_writers) < A_DAY:
            since = least.counted_in_words(writes_only=by_writers)
            yield here.USE_UNKNOWN.because(f"{what}; {since}")


def _counted(facts: Facts) -> list[tuple[str, Activity | None]]:
    """On what use is counted: of a view nothing is."""
    if not facts.beneath:
        return [("its relation", facts.activity)]
    return [(f"{one.table} beneath it", one.activity) for one in facts.beneath]


def _nobody_can(facts: Facts) -> bool:
    """What has no rows, as measured, is read for nothing yet, and held to nothing."""
    return all(b.is_empty for b in facts.beneath) if facts.beneath else facts.is_empty


def _rate(activity: Activity, by_writers: bool) -> float | None:
    return activity.use(writes_only=by_writers)


def _not_there_yet(work: Work, facts: Facts) -> Reason:
    filled = ", and may be filled," if facts.may_be_filled else ""
    what = f"{work.relation} is made{filled}" if facts.is_ahead else "made"
    unmeasured = facts.is_ahead or facts.is_pending
    return here.NOT_THERE_YET.because(
        f"{what} by {facts.awaits}, which is pending", level=None if unmeasured else Level.SAFE
    )


def _of_server(work: Work, facts: Facts, around: Surroundings) -> Iterator[Reason]:
    oldest = around.oldest_transaction_seconds or 0
    if work.is_concurrent and oldest >= OLD_SECONDS:
        since = human_seconds(oldest)
        yield here.WAITS_FOR_OLD_TRANSACTIONS.because(
            f"{around.oldest_transaction} is open for {since}"
        )
    size = facts.size.bytes if facts.size and not facts.is_new else None
    if not work.writes_all or not size:
        return
    if size >= VERY_MUCH_BYTES:
        yield here.NEEDS_DISK.because(f"up to {human_bytes(size)} for a time")
    if size < MUCH_BYTES:
        return
    if around.replicas or around.logical_slots:
        listeners = f"{around.replicas or 0} replicas, {around.logical_slots or 0} logical slots"
        yield here.WRITES_MUCH_WAL.because(f"up to {human_bytes(size)}; {listeners}")
    if (around.lag_seconds or 0) >= BEHIND_SECONDS or (around.lag_bytes or 0) >= BEHIND_BYTES:
        lag = human_bytes(around.lag_bytes or 0)
        yield here.REPLICA_IS_BEHIND.because(f"{human_seconds(around.lag_seconds or 0)}, {lag}")
    if around.idle_slots and (around.retained_bytes or 0) >= KEPT_BYTES:
        yield _kept(around)


def _kept(around: Surroundings) -> Reason:
    """A disk that is full stops the server; how full it is cannot be seen."""
    kept = around.retained_bytes or 0
    level = Level.HIGH if kept >= VERY_MUCH_BYTES else None
    evidence = f"{', '.join(around.idle_slots)}: {human_bytes(kept)} kept"
    return here.SLOT_KEEPS_WAL.because(evidence, level=level)


def _of_relation(work: Work, facts: Facts, activity: Activity) -> Iterator[Reason]:
    yield from _rights(work, activity)
    mode = work.strongest
    if mode is not None:
        busy = _busy(activity)
        if mode.blocks_writes and busy is not None and not facts.is_empty:
            yield _meets_many("a table", mode, busy, activity)
    if work.reshapes and mode is LockMode.ACCESS_EXCLUSIVE and activity.publications:
        yield here.NOT_REPLICATED_TO_SUBSCRIBERS.because(
            f"published by {', '.join(activity.publications)}"
        )
    if not facts.is_empty:
        yield from _age(work, facts, activity.frozen_age or 0)
        if work.writes_rows and not activity.autovacuum:
            yield here.AUTOVACUUM_IS_OFF.because(facts.describe())


def _busy(activity: Activity) -> float | None:
    rate = activity.per_second or 0
    counted = (activity.reads or 0) + (activity.writes or 0)
    return rate if rate >= BUSY_PER_SECOND and counted >= BUSY_COUNT else None


def _busy_elsewhere(work: Work, facts: Facts) -> Iterator[Reason]:
    """Of the other tables the one that most statements meet the lock of."""
    found = [
        (busy, one.where, one.mode, one.activity)
        for one in _met(work, facts)
        if one.where and one.mode.blocks_writes and not one.is_empty
        if (busy := _busy(one.activity)) is not None
    ]
    if found:
        busy, where, mode, activity = max(found, key=lambda one: one[0])
        yield _meets_many(where, mode, busy, activity)


def _meets_many(where: str, mode: LockMode, busy: float, activity: Activity) -> Reason:
    about = "about" if activity.is_since_reset else "at most"
    return here.LOCKS_BUSY_TABLE.because(
        f"{mode} on {where} with {about} {busy:,.0f} reads and writes a second"
    )


def _age(work: Work, facts: Facts, age: int) -> Iterator[Reason]:
    """What lasts keeps vacuum from freezing anything, in the whole database, until it is done."""
    size = facts.size.bytes if facts.size else None
    lasts = size is None or size > SHORT_BYTES
    if age >= FAILSAFE_AGE and lasts and (work.writes_all or work.reads_all):
        left = max(0, LAST_AGE - age)
        yield here.HIGH_AGE.because(
            f"{age:,} transactions old; {left:,} are left before writes are refused",
            level=Level.HIGH,
        )
    elif age >= HIGH_FROZEN_AGE and work.writes_all:
        yield here.HIGH_AGE.because(f"{age:,} transactions old")


class _Met(Value, frozen=True, kw_only=True):
    """A table that was there, the lock that is wanted of it, and what goes on there."""

    where: str  # "" of the relation that the step is about
    mode: LockMode
    activity: Activity
    is_empty: bool


def _met(work: Work, facts: Facts) -> Iterator[_Met]:
    if work.strongest and facts.activity and not facts.is_new:
        yield _Met(where="", mode=work.strongest, activity=facts.activity, is_empty=facts.is_empty)
    wanted = dict(work.others)
    for one in facts.locked:
        if one.activity and not one.is_new:
            yield _Met(
                where=str(one.table),
                mode=wanted[one.table],
                activity=one.activity,
                is_empty=one.is_empty,
            )


def _in_the_way(met: Sequence[_Met]) -> Iterator[Reason]:
    """Autovacuum steps aside for a lock that somebody waits for, except against wraparound."""
    guarded = [
        one.where
        for one in met
        if one.activity.vacuumed_for_wraparound and one.mode.strength >= _MAINTENANCE.strength
    ]
    if guarded:
        on = f" on {', '.join(guarded)}" if all(guarded) else ""
        yield here.WAITS_FOR_VACUUM.because(f"it runs now{on}")
    holders = list(_holders(met))
    prepared = [held for held in holders if held[0].is_prepared]
    if prepared:
        yield here.WAITS_FOR_PREPARED_TRANSACTION.because(_listed(prepared))
    slow = [
        held
        for held in holders
        if not held[0].is_prepared and (held[0].seconds or 0) >= SOON_GONE_SECONDS
    ]
    lasting = [held for held in slow if _lasts(held[0])]
    if slow:
        ordered = [*lasting, *(held for held in slow if held not in lasting)]
        level = Level.HIGH if lasting else None
        yield here.WAITS_FOR_SESSIONS.because(_listed(ordered), level=level)


def _lasts(holder: InTheWay) -> bool:
    """Nothing ends an idle one; who has worked for as long as we try may do so for longer."""
    return (holder.seconds or 0) >= (OLD_SECONDS if holder.is_idle else LONG_SECONDS)


_Held = tuple[InTheWay, str]  # and on which other table


def _holders(met: Sequence[_Met]) -> Iterator[_Held]:
    """Whoever holds several of the tables, as all partitions of one, is told of at the first."""
    known: set[tuple[int | None, int]] = set()
    for one in met:
        here_too = [h for h in one.activity.holders if h.mode in one.mode.conflicts]
        yield from ((h, one.where) for h in here_too if _who(h) not in known)
        known.update(map(_who, here_too))


def _who(holder: InTheWay) -> tuple[int | None, int]:
    """A prepared transaction has no more of a name here than its age."""
    return holder.pid, round(holder.seconds or 0) if holder.is_prepared else 0


_MAINTENANCE = LockMode.SHARE_UPDATE_EXCLUSIVE


def _listed(holders: Sequence[_Held]) -> str:
    shown = "; ".join(holder.in_words(on) for holder, on in holders[:3])
    return shown + (f"; and {len(holders) - 3} more" if len(holders) > 3 else "")


def _rights(work: Work, activity: Activity) -> Iterator[Reason]:
    """Whoever may not alter a table may still write its rows, where that was granted."""
    mode = work.strongest
    if mode is None:
        return
    if activity.may_alter is False and mode.strength >= _MAINTENANCE.strength:
        yield here.LACKS_PRIVILEGE.because(f"{work.relation} belongs to another role")
    elif work.writes_rows and activity.may_update is False:
        yield here.LACKS_PRIVILEGE.because(f"no UPDATE on {work.relation}")
