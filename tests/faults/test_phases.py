"""A concurrent build killed in each of its phases, on a table large enough to have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection, IsolationLevel

from migrate_core.planning.plan import Plan
from migrate_core.states import RunState
from tests import runs
from tests.faults import child
from tests.faults.cuts import wait_until_gone

MakeDbOn = Callable[..., Connection[Any]]
ROWS = 2_000_000
BIG = f"""
CREATE TABLE public.big (id integer PRIMARY KEY, mark text, n integer);
INSERT INTO public.big SELECT i, md5(i::text), 0 FROM generate_series(1, {ROWS}) AS i;
"""
INDEX = {"name": "big_mark", "definition": "USING btree (mark)", "columns": ["mark"]}
# In the order in which PostgreSQL passes them. The two that last too short a time to be
# caught are left out: initializing, and the sorting of what validation found.
PHASES = (
    "waiting for writers before build",
    "building index: scanning table",
    "building index: sorting live tuples",
    "building index: loading tuples in tree",
    "waiting for writers before validation",
    "index validation: scanning index",
    "index validation: scanning table",
    "waiting for old snapshots",
)
PHASE = "SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.big_mark')"
TRIES = 5


@pytest.mark.full
def test_a_build_is_killed_in_each_of_its_phases(major: int, make_db_on: MakeDbOn) -> None:
    db = make_db_on(major, BIG)
    for number, phase in enumerate(PHASES):
        plan = plan_of(db, f"20260101_0000{number:02}_index")
        for _ in range(TRIES):
            if killed_in(db, plan, phase):
                break
            db.execute("DROP INDEX public.big_mark")  # it had passed the phase unseen
            plan = plan_of(db, f"20260101_01{uuid4().int % 10**4:04}_index")
        else:
            raise AssertionError(f"the build was never seen {phase}")

        result = runs.run(db, plan)

        assert result.state is RunState.DONE, phase
        assert db.execute(VALID).fetchall() == [(True,)], phase
        done = [s for s in runs.statuses(db, result.run_id) if s[2] == "done"]
        assert done == [(1, 2, "done")], phase
        db.execute("DROP INDEX public.big_mark")


def plan_of(db: Connection[Any], migration_id: str) -> Plan:
    operation = {"op": "addIndex", "table": "public.big", "index": INDEX}
    return runs.plan_for(db, (operation,), migration_id=migration_id)


def killed_in(db: Connection[Any], plan: Plan, phase: str) -> bool:
    """Whether the worker was caught in that phase; if not, it has done its work."""
    with held_up(db, phase) as hold:
        worker = child.start(runs.endpoint_of(db), plan, run_id=uuid4())
        try:
            while worker.poll() is None:
                found = db.execute(PHASE).fetchone()
                hold(found[0] if found else "")
                if found == (phase,):
                    worker.kill()
                    return True
        finally:
            worker.communicate(timeout=600)
            wait_until_gone(db)
    return False


@contextmanager
def held_up(db: Connection[Any], phase: str) -> Iterator[Callable[[str], None]]:
    """In the phases that wait: by a writer or a snapshot that is there from the phase before."""
    since = {
        "waiting for writers before build": "",
        "waiting for writers before validation": "building index: scanning table",
        "waiting for old snapshots": "building index: scanning table",
    }.get(phase)
    with ExitStack() as stack:
        held: list[str] = []

        def hold(seen: str) -> None:
            if since is None or held or not seen.startswith(since):
                return
            held.append(seen)
            other = stack.enter_context(runs.another(db))
            other.autocommit = False
            if phase == "waiting for old snapshots":
                other.isolation_level = IsolationLevel.REPEATABLE_READ
                other.execute("SELECT 1 FROM public.big LIMIT 1")
            else:
                other.execute("UPDATE public.big SET n = n + 1 WHERE id = 1")

        hold("")
        yield hold
