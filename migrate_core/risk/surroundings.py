"""What else goes on in the target: on a table, and in the server as a whole.

Nothing here belongs to an operation; it decides what an operation's locks and work mean here
and now. What a role may not see, or a server does not tell, is None and counts as risk.
"""

from __future__ import annotations

from migrate_core.schema.objects import Value

# More than what a dump, a nightly job or somebody who looks at it leaves in the counters.
USED_COUNT = 1000
USED_PER_SECOND = 1 / 60
A_DAY = 86_400  # counted for less, nothing says that nobody lives by it
# More often, for longer, than a dump every night comes by.
STEADY_SECONDS = 7 * A_DAY
STEADY_PER_SECOND = 2 / A_DAY


class InTheWay(Value, frozen=True, kw_only=True):
    """Who holds a lock on a table. Without what it runs: that may hold values."""

    pid: int | None  # None: a prepared transaction
    mode: str  # "ACCESS SHARE"
    application_name: str = ""
    state: str = ""  # "active", "idle in transaction"
    seconds: float | None = None  # since its transaction began

    @property
    def is_prepared(self) -> bool:
        return self.pid is None

    @property
    def is_idle(self) -> bool:
        """In a transaction, failed or not: only its client can end it."""
        return self.state.startswith("idle in transaction")

    def in_words(self, on: str = "") -> str:
        """`on`: which table, where that has to be said."""
        who = "a prepared transaction" if self.is_prepared else f"pid {self.pid}"
        what = f" ({self.application_name})" if self.application_name else ""
        since = f", open for {human_seconds(self.seconds)}" if self.seconds is not None else ""
        idle = f", {self.state}" if self.is_idle else ""
        where = f" on {on}" if on else ""
        return f"{who}{what} holds {self.mode}{where}{since}{idle}"


class Activity(Value, frozen=True, kw_only=True):
    """Of one relation; rates are averages over `counted_seconds`."""

    reads: int | None = None  # scans, of the table or of an index
    writes: int | None = None  # rows inserted, updated and deleted
    counted_seconds: float | None = None  # since the counters were reset; at least so long
    last_read_seconds: float | None = None  # ago, of an index; from PostgreSQL 16 on
    is_since_reset: bool = True  # False: nobody knows when that was, but before the server began
    replicas: int = 0  # which may read it too: of that nothing is counted here
    dead_rows: int | None = None
    frozen_age: int | None = None  # transactions since its oldest row was frozen
    vacuumed_for_wraparound: bool = False  # right now
    autovacuum: bool = True  # False: switched off for this table
    publications: tuple[str, ...] = ()
    may_alter: bool | None = None  # whether the applying role owns it, or is a member of who does
    may_update: bool | None = None
    holders: tuple[InTheWay, ...] = ()  # longest transaction first

    @property
    def per_second(self) -> float | None:
        """Reads and writes together; the most that it can be, unless `is_since_reset`."""
        if self.reads is None or self.writes is None or not self.counted_seconds:
            return None
        return (self.reads + self.writes) / self.counted_seconds

    def use(self, *, writes_only: bool = False) -> float | None:
        """Reads and writes a second, or writes alone, where there are so many that somebody lives
        by it; None where they are few, or were not counted."""
        known, seconds = self._counted(writes_only), self._counted_here(writes_only)
        if not seconds:
            return None
        rate = sum(known) / seconds
        is_busy = sum(known) >= USED_COUNT and rate >= USED_PER_SECOND
        is_steady = seconds >= STEADY_SECONDS and rate > STEADY_PER_SECOND
        return rate if is_busy or is_steady else None

    def counted_since(self, *, writes_only: bool = False) -> float:
        """For how many seconds all reads and writes were counted, or writes alone; 0: never."""
        return self._counted_here(writes_only) if writes_only or not self.replicas else 0

    def counted_in_words(self, *, writes_only: bool = False) -> str:
        """`counted for 3 h`, or why that says nothing."""
        if self.replicas and not writes_only:
            where = "a replica" if self.replicas == 1 else f"{self.replicas} replicas"
            return f"what is read on {where} is not counted here"
        seconds = self.counted_since(writes_only=writes_only)
        return f"counted for {human_seconds(seconds)}" if seconds else "not counted"

    def _counted_here(self, writes_only: bool) -> float:
        is_known = len(self._counted(writes_only)) == (1 if writes_only else 2)
        return (self.counted_seconds or 0) if is_known else 0

    def _counted(self, writes_only: bool) -> list[int]:
        counts = (self.writes,) if writes_only else (self.reads, self.writes)
        return [count for count in counts if count is not None]

    @property
    def is_unread(self) -> bool:
        """Counted, wherever it could be, and for long enough to mean something."""
        return self.reads == 0 and self.writes == 0 and self.counted_since() >= A_DAY


class Surroundings(Value, frozen=True, kw_only=True):
    """Of the server, and of the role that asks."""

    role: str = ""
    is_superuser: bool = False
    closed_schemas: tuple[str, ...] = ()  # in which the role may not create
    oldest_transaction_seconds: float | None = None
    oldest_transaction: str = ""  # who: "pid 4711 (report)"
    prepared: int = 0
    oldest_prepared_seconds: float | None = None
    replicas: int | None = None
    lag_seconds: float | None = None
    lag_bytes: int | None = None
    idle_slots: tuple[str, ...] = ()  # nobody reads them, and WAL is kept for them
    retained_bytes: int | None = None  # by the slot that is furthest behind
    logical_slots: int | None = None
    version: int | None = None  # server_version_num


def human_seconds(seconds: float) -> str:
    """`80 ms`, `4 s`, `12 min`, `3 h`, `5 d`."""
    if seconds < 1:
        return f"{float(f'{seconds * 1000:.2g}'):.0f} ms"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s".replace(".0 ", " ")


def human_rate(per_second: float, what: str) -> str:
    """`109 writes a second`, `7 writes a minute`, `3 writes a day`: no fewer are told of."""
    units = (("second", 1), ("minute", 60), ("hour", 3_600), ("day", A_DAY))
    unit, seconds = next((one for one in units if per_second * one[1] >= 1), units[-1])
    return f"{per_second * seconds:,.0f} {what} a {unit}"
