"""The failure matrix: moments of a run x faults, and what each cell ends in.

A moment is a small plan and a named point of its run. A fault is in `acts`. The table at
the end is what docs/reliability.md promises; test_matrix holds the product to it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.planning.plan import Plan
from migrate_core.recovery.restore import plan_restore
from tests import runs
from tests.faults import moments

Act = Callable[[], None]


class Outcome(StrEnum):
    NOTHING = "nothing happened"
    ROLLED_BACK = "rolled back, done by the re-run"
    DONE_ROW = "decided by the row of what is done"
    CATALOG = "decided by the catalog"
    CURSOR = "resumed at the cursor"
    REFUSED = "refused with nothing changed"
    WENT_ON = "went on by itself"


BEFORE = """
CREATE TABLE public.users (
    id integer PRIMARY KEY,
    email text NOT NULL,
    created_at timestamptz NOT NULL,
    last_login timestamptz,
    legacy text
);
INSERT INTO public.users (id, email, created_at, legacy)
SELECT i, 'user' || i, timestamptz '2026-01-01' + i * interval '1 minute', md5(i::text)
  FROM generate_series(1, 2500) AS i;
CREATE TABLE public.notes (id integer PRIMARY KEY, user_id integer);
INSERT INTO public.notes VALUES (1, 1);

-- Fails with a SQLSTATE of our choice, so many times, once a fault has said so.
CREATE TABLE public._zanith_fault (sqlstate text NOT NULL, times integer NOT NULL);
CREATE SEQUENCE public._zanith_fault_count;
CREATE FUNCTION public._zanith_strike() RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    armed record;
BEGIN
    SELECT * INTO armed FROM public._zanith_fault;
    IF FOUND AND nextval('public._zanith_fault_count') <= armed.times THEN
        RAISE EXCEPTION 'made to fail' USING ERRCODE = armed.sqlstate;
    END IF;
END $$;
CREATE FUNCTION public.of_day(at timestamptz) RETURNS text IMMUTABLE LANGUAGE plpgsql
SET search_path = '' AS $$
BEGIN
    PERFORM public._zanith_strike();
    RETURN (at AT TIME ZONE 'UTC')::date::text;
END $$;
"""
NOTE = {"op": "addColumn", "table": "public.users", "column": {"name": "note", "type": "text"}}
BY_DAY = {
    "op": "addIndex",
    "table": "public.users",
    "index": {
        "name": "users_by_day",
        "definition": "USING btree (public.of_day(created_at))",
        "columns": ["created_at"],
    },
}
SOFT_DROP = {"op": "softDropColumn", "table": "public.users", "column": "legacy"}
ARCHIVE = {"op": "archiveColumn", "table": "public.users", "column": "legacy"}


class Moment(NamedTuple):
    """`point` comes the `number`-th time (from 1); "" is in the middle of a concurrent build."""

    name: str
    point: str
    operations: tuple[dict[str, Any], ...] = (NOTE,)
    number: int = 1
    restores: bool = False

    def plan(self, db: Connection[Any]) -> Plan:
        """On a database that holds BEFORE; a restore first drops what it gives back."""
        plan = runs.plan_for(db, self.operations)
        if not self.restores:
            return plan
        runs.run(db, plan)
        return plan_restore(db, ledger.artifacts(db)[0].id)

    @contextmanager
    def watched(self, db: Connection[Any], act: Act) -> Iterator[None]:
        """Calls `act` once, at this moment of the run that happens meanwhile."""
        with moments.armed(self._building(db, act) if not self.point else self._at(act)):
            yield

    def _at(self, act: Act) -> Callable[[str, int | None], None]:
        passed: list[str] = []

        def action(name: str, step: int | None) -> None:
            if name == self.point:
                passed.append(name)
                if len(passed) == self.number:
                    act()

        return action

    def _building(self, db: Connection[Any], act: Act) -> Callable[[str, int | None], None]:
        """An open transaction that wrote holds the build up; the act is done from beside it."""
        began: list[threading.Thread] = []

        def action(name: str, step: int | None) -> None:
            if name == "before_concurrent" and not began:
                began.append(threading.Thread(target=_hold_up, args=(db.info, act), daemon=True))
                ready.clear()
                began[0].start()
                ready.wait(10)

        return action


ready = threading.Event()


def _hold_up(info: Any, act: Act) -> None:
    """Until the build waits for writers before it begins; then acts, and lets it go when it has
    ended, or had the time to."""
    with closing(psycopg.connect(info.dsn, password=info.password)) as writer:
        writer.execute("UPDATE public.users SET legacy = legacy WHERE id = 1")
        ready.set()
        with closing(psycopg.connect(info.dsn, password=info.password, autocommit=True)) as other:
            _wait(other, 30, building=False)
            act()
            if not other.broken:
                with suppress(psycopg.OperationalError):  # the act may end the server
                    _wait(other, 1.5, building=True)
        with suppress(psycopg.OperationalError):
            writer.rollback()


def _wait(conn: Connection[Any], seconds: float, *, building: bool) -> None:
    """For as long as it is so."""
    give_up = time.monotonic() + seconds
    while conn.execute(BUILDING).fetchone() == (building,) and time.monotonic() < give_up:
        time.sleep(0.01)


BUILDING = """
SELECT count(*) > 0 FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%'
   AND wait_event_type = 'Lock'
"""

MOMENTS = (
    Moment("before the lock", "before_lock"),
    Moment("after `running`", "after_running"),
    Moment("in a transactional stage", "in_stage"),
    Moment("between two stages", "after_commit", (runs.FOREIGN_KEY,)),
    Moment("in a concurrent build", "", (BY_DAY,)),
    Moment("built, and no `done`", "after_concurrent", (BY_DAY,)),
    Moment("in a batch", "in_batch", (runs.BACKFILL,), number=3),
    Moment("last step done, no migration row", "before_finish"),
    Moment("in a restore", "in_stage", (SOFT_DROP,), restores=True),
    Moment("in an archive's copy", "after_park", (ARCHIVE,)),
)
_N, _R, _D, _C, _B = (
    Outcome.NOTHING,
    Outcome.ROLLED_BACK,
    Outcome.DONE_ROW,
    Outcome.CATALOG,
    Outcome.CURSOR,
)
_X, _W = Outcome.REFUSED, Outcome.WENT_ON
_GONE = (_N, _R, _R, _D, _C, _C, _B, _D, _R, _R)
_ALL_ON = (_W,) * 10
# Fault -> outcome at each moment, in their order; None where the fault cannot be at that moment.
TABLE: dict[str, tuple[Outcome | None, ...]] = {
    "worker SIGKILL": _GONE,
    "worker SIGTERM": (_N, _R, _W, _D, _R, _W, _B, _W, _W, _W),
    "backend terminated": (None, *_GONE[1:]),
    "immediate server stop": _ALL_ON,
    "network cut": (None, *_ALL_ON[1:]),
    "second runner": _ALL_ON,
    "lock_timeout": (_R, _R, _W, _D, _W, _C, _B, _W, _W, _W),
    "deadlock": (_N, _W, _W, _W, _W, _C, _W, _D, _W, _W),
    "statement_timeout": (_N, _R, _R, _D, _R, _C, _W, _D, _R, _R),
    "disk full": (_N, _R, _R, _D, _C, _C, _B, _D, _R, _R),
    "transaction pooler": (_X, *_GONE[1:]),
    "failover": _ALL_ON,
    "failover, tail lost": (_W, *(_N,) * 9),
    "clock skew": _ALL_ON,
    "privilege revoked": (_R, _R, _W, _D, _W, _W, _B, _W, _W, _W),
    "somebody else's DDL": _ALL_ON,
    "somebody else's DDL while stopped": (_N, *(_X,) * 9),
}
