"""When a backfill gives way: replicas that fall behind, sessions that queue, a vacuum that must.

Asked between batches, when the backfill itself holds nothing. What the applying role may not
see (another's replication, without pg_monitor) is not known and stops nobody.
"""

from __future__ import annotations

import time
from typing import Any

from psycopg.rows import dict_row

from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import EventKind
from migrate_core.pg.ddl import Batch
from migrate_core.pg.queries import query
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.work import Work
from migrate_core.schema.objects import Value

LONGEST_NAP_SECONDS = 0.5


class Strain(Value, frozen=True, kw_only=True):
    """One limit that is passed."""

    signal: str  # replication_lag, lock_waits or wraparound_vacuum
    says: str
    value: int
    limit: int


class Rest:
    """Between two batches of a backfill: sleeps its share, and while it is in the way."""

    def __init__(self, work: Work, attempt: Attempt, stage: int, batch: Batch) -> None:
        self.work, self.attempt, self.stage, self.batch = work, attempt, stage, batch
        self._looked = 0.0

    def after(self, worked: float) -> None:
        """`worked`: seconds. Raises CancelledError or PausedError when a person asks meanwhile."""
        self._keep_pace(worked)
        if time.monotonic() - self._looked >= self.work.options.strain_seconds:
            self._give_way()

    def _keep_pace(self, worked: float) -> None:
        """At 25 percent it rests three times as long as it worked; a new pace counts at once."""
        rested = 0.0
        while (left := worked * (100 / self.work.pace() - 1) - rested) > 0:
            nap = min(left, LONGEST_NAP_SECONDS)
            self.work.session.sleep(nap)
            self.work.heed()
            rested += nap

    def _give_way(self) -> None:
        told: tuple[str, ...] = ()
        while found := self._strains():
            signals = tuple(one.signal for one in found)
            if signals != told:
                self._tell(found)
                told = signals
                faultpoint("in_rest", self.attempt.step.number)
            self.work.session.sleep(self.work.options.strain_seconds)
            self.work.heed()
        self._looked = time.monotonic()

    def _tell(self, found: tuple[Strain, ...]) -> None:
        why = [{name: getattr(one, name) for name in one.__struct_fields__} for one in found]
        with self.work.writing() as entry:
            entry.event(EventKind.BATCH_WAITING, **self.attempt.place, stage=self.stage, why=why)

    def _strains(self) -> tuple[Strain, ...]:
        wanted = {"table": str(self.batch.table)}
        with self.work.conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query(__package__, "strain"), wanted).fetchone()
        assert row is not None  # one row of scalars
        return tuple(self._passed(row))

    def _passed(self, row: dict[str, Any]) -> list[Strain]:
        options, found = self.work.options, []
        seconds, size = row["lag_seconds"] or 0, row["lag_bytes"] or 0
        if seconds > options.most_lag_seconds:
            says = f"a replica is {seconds:.0f} s behind"
            limit = round(options.most_lag_seconds)
            found.append(Strain(signal=LAG, says=says, value=round(seconds), limit=limit))
        elif size > options.most_lag_bytes:
            says = f"a replica is {size // 2**20} MB behind"
            found.append(Strain(signal=LAG, says=says, value=size, limit=options.most_lag_bytes))
        waits = row["lock_waits"]
        if waits > options.most_lock_waits:
            says = f"{waits} sessions wait for locks"
            limit = options.most_lock_waits
            found.append(Strain(signal="lock_waits", says=says, value=waits, limit=limit))
        if row["wraparound_vacuums"]:
            says = "autovacuum works on the table to prevent wraparound"
            found.append(Strain(signal="wraparound_vacuum", says=says, value=1, limit=0))
        return found


LAG = "replication_lag"
