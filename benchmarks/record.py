"""What looking at a long record costs: followed from its head, and checked in full.

    python benchmarks/record.py [--events 100000] [--rounds 5] [--url URL]

Without a URL it starts a server of its own. A real run of 50 steps begins the record; events
after it are chained as a run chains them and put in at once.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ledger import database, plan_of, server, version
from migrate_core import api
from migrate_core.ledger import ledger
from migrate_core.ledger.chain import mac
from migrate_core.ledger.heads import NOTHING, Head
from migrate_core.ledger.rows import Event
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.runner.apply import apply
from migrate_core.runner.options import RunOptions

KEY = b"kept elsewhere"
SINCE = 40  # events that came since the last look


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", help="a superuser's URL; a database is made there and dropped")
    args = parser.parse_args()
    with server(args.url) as url, database(url) as conn:
        measure(conn, args.events, args.rounds)
        print(f"PostgreSQL {version(url)}, {args.events:,} events, median of {args.rounds} rounds")


def measure(conn: Connection[Any], events: int, rounds: int) -> None:
    info = conn.info
    at = Endpoint(
        dbname=info.dbname, host=info.host, port=info.port, user=info.user, password=info.password
    )
    apply(
        plan_of(conn, 50),
        connect=partial(apply_session, at, "zanith"),
        run_id=uuid4(),
        actor="benchmark",
        options=RunOptions(mac_key=KEY),
    )
    written = lengthen(conn, events)
    near = written[-SINCE]
    looks: dict[str, Callable[[], Any]] = {
        "chain from its first event": partial(api.follow_record, at, KEY, NOTHING),
        "chain from the head": partial(
            api.follow_record, at, KEY, Head(seq=near.seq, mac=near.mac)
        ),
        "all of it, rows too": partial(api.check_record, at, KEY),
        "the five questions": partial(api.answers, at),
    }
    for name, look in looks.items():
        times = [timed(look) for _ in range(rounds)]
        print(f"{name:30} {statistics.median(times) * 1000:10.1f} ms")


def timed(look: Callable[[], Any]) -> float:
    began = time.perf_counter()
    found = look()
    assert getattr(found, "holds", True)
    return time.perf_counter() - began


def lengthen(conn: Connection[Any], events: int) -> list[Event]:
    """Up to so many events; each as a batch of a backfill writes it."""
    last = ledger.events_after(conn, 0, limit=10**6)[-1]
    made = [last]
    for number in range(events - last.seq):
        before = made[-1]
        event = Event(
            seq=before.seq + 1,
            at=before.at,
            kind="batch_done",
            actor="benchmark",
            run_id=last.run_id,
            migration_id=last.migration_id,
            step=1,
            attempt=1,
            stage=1,
            detail={"processed": number * 1000, "changed": number * 1000, "rows": 1000},
            prev_mac=before.mac,
        )
        made.append(msgspec.structs.replace(event, mac=mac(event, KEY)))
    names = ("seq", "at", "run_id", "migration_id", "step", "attempt", "stage", "kind", "detail",
             "actor", "prev_mac", "mac")  # fmt: skip
    with (
        conn.cursor() as cursor,
        cursor.copy(f"COPY _zanith_events ({', '.join(names)}) FROM STDIN".encode()) as copy,
    ):
        for event in made[1:]:
            row = [getattr(event, name) for name in names]
            row[names.index("detail")] = Jsonb(event.detail)
            copy.write_row(row)
    conn.execute(
        "UPDATE _zanith_fence SET last_seq = %s, last_mac = %s", [made[-1].seq, made[-1].mac]
    )
    conn.execute("ANALYZE")
    return made


if __name__ == "__main__":
    main()
