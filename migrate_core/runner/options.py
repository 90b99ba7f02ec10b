"""What a caller may set for a run, what it may ask for meanwhile, and what it gets."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from psycopg import Connection

from migrate_core.errors import MisuseError
from migrate_core.ledger.wishes import Wish
from migrate_core.pg.ddl import Statement
from migrate_core.schema.objects import Value
from migrate_core.states import RunState

LONGEST_LOCK_TIMEOUT_MS = 1000


class Control(Protocol):
    """How a person reaches a run; asked between statements, and by the watch during long ones."""

    def wanted(self) -> Wish | None: ...

    def pace(self) -> int:
        """Percent of the time that a backfill may work; between batches it sleeps the rest."""
        ...


class Observer(Protocol):
    """Looks at each statement of the plan as it is run (the rehearsal measures locks so)."""

    def before_statement(self, conn: Connection[Any], statement: Statement) -> None: ...

    def after_statement(self, conn: Connection[Any], statement: Statement) -> None: ...


class RunOptions(Value, frozen=True, kw_only=True):
    ledger_schema: str = "public"
    mac_key: bytes | None = None  # kept outside the target
    lock_timeout_ms: int = 100
    lock_tries: int = 60
    lock_budget_seconds: float = 600
    longest_sleep_seconds: float = 30
    statement_timeout_ms: int = 5000  # for metadata-only stages: longer is not metadata-only
    heartbeat_seconds: float = 2
    advisory_seconds: float = 2  # how long another runner's lock is waited for
    takeover_seconds: float = 60  # and our own lost session's, until its backend is gone
    reconnects: int = 3
    batch_rows: int = 1000
    most_batch_rows: int = 100_000
    # A batch keeps the rows it wrote locked until it commits: nobody waits longer than for a lock.
    shortest_batch_ms: int = 40
    longest_batch_ms: int = 100
    batch_timeout_ms: int = 10_000
    count_timeout_ms: int = 600_000  # of the count after a backfill
    # A backfill gives way while one of these is passed; see runner.strain.
    most_lag_seconds: float = 10
    most_lag_bytes: int = 256 * 2**20
    most_lock_waits: int = 5
    strain_seconds: float = 1  # between two looks
    retention_days: int | None = 30
    repeat_in_doubt: bool = False  # a person says: run again what nobody can know was done
    observer: Any = None  # an Observer

    def check(self) -> None:
        """Raises MisuseError where a value would let others wait too long."""
        if not 0 < self.lock_timeout_ms <= LONGEST_LOCK_TIMEOUT_MS:
            raise MisuseError(
                f"a lock timeout of {self.lock_timeout_ms} ms is not allowed",
                detail="Everybody who comes after us waits as long as we do.",
                hint=f"Choose 1 to {LONGEST_LOCK_TIMEOUT_MS} ms.",
            )


class RunResult(Value, frozen=True, kw_only=True):
    """`run_id` is that of the run resumed, where there was one to resume."""

    run_id: UUID
    state: RunState
    steps_done: int
    steps: int
    elapsed_ms: int = 0
    fingerprint_after: str | None = None
    unexpected: tuple[str, ...] = ()  # objects that are not as the plan leaves them
