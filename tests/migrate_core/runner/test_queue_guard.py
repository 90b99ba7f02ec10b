"""A statement without a lock timeout gives way when others queue behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
VISITS = """
CREATE TABLE public.visit (id bigint, day date) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2020 PARTITION OF public.visit
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
"""
DETACH = {"op": "detachPartition", "table": "public.visit_2020", "parent": "public.visit"}
OURS_WAITS = """
SELECT count(*) > 0 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
 WHERE a.application_name LIKE 'zanith/%' AND a.datname = current_database() AND NOT l.granted
   AND l.mode = 'AccessExclusiveLock'
"""


def test_readers_pass_a_detach_that_waits_for_a_partition(make_db: MakeDb) -> None:
    """DETACH CONCURRENTLY ends with ACCESS EXCLUSIVE on the partition, which a reader of the
    partition alone keeps waiting: whoever comes then would wait for that reader too."""
    db = make_db(VISITS)
    plan = runs.plan_for(db, (DETACH,))
    waited: list[float] = []

    def read() -> None:
        """Comes once the detach waits; then lets the first reader go."""
        with closing(runs.another(db)) as reader:
            reader.execute("SET statement_timeout = '20s'")
            while reader.execute(OURS_WAITS).fetchone() != (True,):
                time.sleep(0.01)
            began = time.monotonic()
            reader.execute("SELECT count(*) FROM visit_2020")
            waited.append(time.monotonic() - began)
        holder.execute("ROLLBACK")

    with closing(runs.another(db)) as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT count(*) FROM visit_2020")
        reading = threading.Thread(target=read)
        reading.start()
        result = runs.run(db, plan)
        reading.join()

    assert result.state is RunState.DONE
    assert waited  # it got through while the first reader still held its lock
    waits = [
        e for e in ledger.events_after(db, 0) if e.kind == "lock_waiting" and e.detail.get("queue")
    ]
    assert waits
    assert runs.statuses(db) == [(1, 1, "done")]
