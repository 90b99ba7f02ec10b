"""A runner in a process of its own, to be killed: reads its orders as JSON from stdin."""

from __future__ import annotations

import json
import os
import signal as signals
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from migrate_core.cli.console.interruption import interruptible
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import Plan, decode_plan, encode_plan
from migrate_core.runner.apply import apply
from tests.faults import moments
from tests.faults.matrix import MOMENTS
from tests.runs import QUICK

ROOT = Path(__file__).resolve().parents[2]


def start(
    endpoint: Endpoint,
    plan: Plan,
    *,
    run_id: UUID,
    at: int | str | None = None,
    signal: signals.Signals = signals.SIGKILL,
) -> subprocess.Popen[str]:
    """A runner that sends itself `signal` at the n-th moment, or at one of the matrix by name."""
    orders = {
        "endpoint": codec.to_builtins(endpoint),
        "plan": encode_plan(plan).decode(),
        "run_id": str(run_id),
        "at": at,
        "signal": signal.value,
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.child"], cwd=ROOT, stdin=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(orders))
    worker.stdin.close()
    worker.stdin = None
    return worker


def main() -> None:
    orders = json.load(sys.stdin)
    endpoint = codec.convert(orders["endpoint"], Endpoint)
    with interruptible() as control, _struck(orders, endpoint):
        apply(
            decode_plan(orders["plan"]),
            connect=lambda: apply_session(endpoint, "zanith"),
            run_id=UUID(orders["run_id"]),
            actor="anna",
            control=control,
            options=QUICK,
        )


@contextmanager
def _struck(orders: dict[str, Any], endpoint: Endpoint) -> Iterator[None]:
    def strike() -> None:
        os.kill(os.getpid(), orders["signal"])

    at = orders["at"]
    if not isinstance(at, str):
        with moments.at_moment(-2 if at is None else at, strike):
            yield
        return
    moment = next(m for m in MOMENTS if m.name == at)
    address = make_conninfo(
        host=endpoint.host,
        port=endpoint.port,
        dbname=endpoint.dbname,
        user=endpoint.user,
        password=endpoint.password,
    )
    with psycopg.connect(address, autocommit=True) as db, moment.watched(db, strike):
        yield


if __name__ == "__main__":
    main()
