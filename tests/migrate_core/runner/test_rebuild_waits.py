"""A rebuild is load, and no outage: what its plan says of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from psycopg import Connection, connect

from tests import runs
from tests.migrate_core.runner.test_rebuild import ACCOUNTS, DATA, OPTIONS, REBUILD

MakeDb = Callable[..., Connection[Any]]


class Reader(threading.Thread):
    """Reads one row again and again, and notes how long that took."""

    def __init__(self, db: Connection[Any]) -> None:
        super().__init__(daemon=True)
        settings = runs.endpoint_of(db).keywords()
        self.conn = connect(**settings, autocommit=True, prepare_threshold=None)
        self.over = threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self.over.wait(0.001):
            begun = time.monotonic()
            self.conn.execute("SELECT * FROM accounts WHERE id = 5")
            self.seconds.append(time.monotonic() - begun)

    def stop(self) -> None:
        self.over.set()
        self.join(30)
        self.conn.close()


def test_readers_wait_for_the_swap_at_most(make_db: MakeDb) -> None:
    db = make_db(ACCOUNTS + DATA)
    plan = runs.plan_for(db, [REBUILD])
    reader = Reader(db)
    reader.start()

    begun = time.monotonic()
    try:
        runs.run(db, plan, options=OPTIONS)
    finally:
        reader.stop()

    assert len(reader.seconds) > 100
    assert max(reader.seconds) < (time.monotonic() - begun) / 3
