"""Ways to cut a run off at its n-th moment; each gives a session to look at what it left."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

from psycopg import Connection

from migrate_core.errors import RunInterruptedError
from migrate_core.planning.plan import Plan
from studio.embedded import Postgres
from tests import runs
from tests.faults import child, moments, replicas

Cut = Callable[[Connection[Any], Plan, int], Connection[Any]]


def vanish(db: Connection[Any], plan: Plan, number: int) -> Connection[Any]:
    """As SIGKILL does it, in this process: sockets close, and nothing more is written."""
    sessions = moments.Sessions(runs.connector(db))
    with moments.at_moment(number, sessions.vanish), suppress(moments.Vanished):
        runs.run(db, plan, connect=sessions)
    return db


def terminate(db: Connection[Any], plan: Plan, number: int) -> Connection[Any]:
    """pg_terminate_backend on the run's session, which then says that it was interrupted."""
    sessions = moments.Sessions(runs.connector(db))
    with moments.at_moment(number, sessions.terminate(db)), suppress(RunInterruptedError):
        runs.run(db, plan, connect=sessions)
    return db


def kill(db: Connection[Any], plan: Plan, number: int) -> Connection[Any]:
    """SIGKILL to a process that runs it."""
    worker = child.start(runs.endpoint_of(db), plan, run_id=uuid4(), at=number)
    worker.communicate(timeout=120)
    assert worker.returncode == -signal.SIGKILL
    wait_until_gone(db)
    return db


def crash(server: Postgres, db: Connection[Any], plan: Plan, number: int) -> Connection[Any]:
    """An immediate stop of the server and a start; the run reconnects by itself, or gives up."""
    with moments.at_moment(number, partial(stop_and_start, server)), suppress(RunInterruptedError):
        runs.run(db, plan)
    return runs.another(db)


def stop_and_start(server: Postgres) -> None:
    """pg_ctl stop -m immediate, and a start."""
    replicas.kill(server)
    server.start()


def wait_until_gone(db: Connection[Any]) -> None:
    """The backends of a dead client: the server finds out within its check interval."""
    while db.execute(OURS).fetchone() != (0,):
        time.sleep(0.01)


OURS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name LIKE 'zanith/%'
"""
CUTS: dict[str, Cut] = {"vanish": vanish, "terminate": terminate, "kill": kill}
