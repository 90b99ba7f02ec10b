"""Times the rehearsal of a migration of one operation on the demo's storefront.

    python benchmarks/verify.py [--rounds 5]

What a press on "Verify" costs once a worker has taken it: the declared schema is loaded on
the shadow, the live one is rebuilt there, the plan is applied to it by the real runner,
and what it leaves is compared with what was declared, as graphs and as dumps. Each round
is a whole one, with connections and scratch databases of its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.studios import ROOT, servers
from migrate_core import api
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import TextSource
from migrate_core.files.migration import Migration, new_id
from migrate_core.operations.registry import from_builtins
from migrate_core.pg.connect import Endpoint
from migrate_core.planning.plan import Plan
from studio.embedded import Postgres

AIM_S = 3.0
SCHEMAS = ("public",)
DATABASE = "storefront_rehearsed"
# With its rows; the stories' own databases are copies of it too.
COPY = f"CREATE DATABASE {DATABASE} TEMPLATE storefront_base OWNER studio"
ADDED = "ALTER TABLE public.users ADD COLUMN last_login timestamp with time zone;"
ADD_COLUMN = {
    "op": "addColumn",
    "table": "public.users",
    "column": {"name": "last_login", "type": "timestamp with time zone"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with servers() as stack:
        assert stack.main is not None
        endpoint = storefront(stack.main)
        plan = api.plan(endpoint, migration(), schemas=SCHEMAS)
        shadow = Endpoint.from_url(os.environ["SHADOW_URL"])
        taken = [rehearsed(endpoint, plan, shadow) for _ in range(arguments.rounds)]
    median = statistics.median(taken)
    print("rounds: " + ", ".join(f"{seconds:.2f}" for seconds in taken) + " s")
    print(f"median: {median:.2f} s; aim: under {AIM_S:.0f} s")


def storefront(server: Postgres) -> Endpoint:
    with psycopg.connect(server.url(), autocommit=True) as conn:
        conn.execute(COPY.encode())
    return Endpoint.from_url(server.login_url(DATABASE))


def migration() -> Migration:
    return Migration(
        id=new_id("add_last_login", datetime.now(UTC)),
        description="Add last login",
        operations=(from_builtins(ADD_COLUMN),),
    )


def declared() -> TextSource:
    """The storefront as it is, and the new column."""
    base = (ROOT / "demo" / "base.sql").read_text(encoding="utf-8")
    return TextSource(files=(("base.sql", base), ("more.sql", ADDED)))


def rehearsed(endpoint: Endpoint, plan: Plan, shadow: Endpoint) -> float:
    """Seconds; a rehearsal that did not end as declared is no figure."""
    source = declared()
    started = time.perf_counter()
    server = ShadowServer(shadow)
    wanted = api.wanted(source, server, plan.major, SCHEMAS).graph
    report = api.verify(
        endpoint, plan, wanted=wanted, declared=source, shadow=server, schemas=SCHEMAS
    )
    seconds = time.perf_counter() - started
    if not report.ok:
        raise SystemExit(f"the rehearsal said: {report.says} {report.differences}")
    return seconds


if __name__ == "__main__":
    main()
