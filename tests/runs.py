"""Plans and runs for tests: the seed's own story on a table of users."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import Event
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import Plan, build, no_facts
from migrate_core.runner.apply import apply
from migrate_core.runner.options import RunOptions, RunResult
from migrate_core.schema.fingerprint import fingerprint

MIGRATION = "20260101_000000_last_login"
USERS = """
CREATE TABLE public.users (
    id integer PRIMARY KEY,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    legacy_uuid uuid
);
INSERT INTO public.users (id, email, created_at, legacy_uuid)
SELECT i, 'user' || i, timestamptz '2026-01-01' + i * interval '1 minute', gen_random_uuid()
  FROM generate_series(1, 2500) AS i;
"""
ADD_COLUMN: dict[str, Any] = {
    "op": "addColumn",
    "table": "public.users",
    "column": {"name": "last_login", "type": "timestamp with time zone"},
}
ADD_INDEX: dict[str, Any] = {
    "op": "addIndex",
    "table": "public.users",
    "index": {
        "name": "users_last_login",
        "definition": "USING btree (last_login)",
        "columns": ["last_login"],
    },
}
SOFT_DROP: dict[str, Any] = {
    "op": "softDropColumn",
    "table": "public.users",
    "column": "legacy_uuid",
}
BACKFILL: dict[str, Any] = {
    "op": "backfill",
    "table": "public.users",
    "column": "last_login",
    "expression": "created_at",
}
# Two stages: NOT VALID, then validated.
FOREIGN_KEY: dict[str, Any] = {
    "op": "addForeignKey",
    "table": "public.notes",
    "constraint": {
        "name": "notes_user",
        "type": "foreign key",
        "definition": "FOREIGN KEY (user_id) REFERENCES public.users(id)",
        "columns": ["user_id"],
        "references": "public.users",
        "ref_columns": ["id"],
    },
}
STORY = (ADD_COLUMN, ADD_INDEX, SOFT_DROP, BACKFILL)
# Small batches, so that there are moments between them; short waits, so that tests end.
QUICK = RunOptions(batch_rows=500, most_batch_rows=1000, longest_sleep_seconds=0.2)


def endpoint_of(conn: Connection[Any]) -> Endpoint:
    info = conn.info
    return Endpoint(
        dbname=info.dbname,
        host=info.host,
        port=info.port,
        user=info.user,
        password=info.password,
    )


def another(conn: Connection[Any]) -> Connection[Any]:
    """A session of somebody else on the same database."""
    return psycopg.connect(conn.info.dsn, password=conn.info.password, autocommit=True)


def connector(conn: Connection[Any]) -> Callable[[], Connection[Any]]:
    """Opens a session W on the database that `conn` is on."""
    endpoint = endpoint_of(conn)
    return lambda: apply_session(endpoint, "zanith")


def connector_as(conn: Connection[Any], user: str, password: str) -> Callable[[], Connection[Any]]:
    """The same as another login."""
    endpoint = msgspec.structs.replace(endpoint_of(conn), user=user, password=password)
    return lambda: apply_session(endpoint, "zanith")


def plan_for(
    conn: Connection[Any],
    operations: Iterable[dict[str, Any]] = STORY,
    *,
    migration_id: str = MIGRATION,
    cycle: int = 1,
    direction: str = "up",
) -> Plan:
    found = tuple(from_builtins(operation) for operation in operations)
    return build(
        found,
        read_graph(conn),
        migration_id=migration_id,
        checksum=codec.digest(found),
        major=conn.info.server_version // 10_000,
        ask=no_facts,
        direction=direction,
        cycle=cycle,
    )


def run(conn: Connection[Any], plan: Plan, **settings: Any) -> RunResult:
    """apply() on the database that `conn` is on."""
    given = {"connect": connector(conn), "run_id": uuid4(), "actor": "anna", "options": QUICK}
    return apply(plan, **{**given, **settings})


class Wish:
    """A control that wishes once it is armed."""

    def __init__(self, then: Any) -> None:
        self._now, self._then = None, then

    def arm(self) -> None:
        self._now = self._then

    def wanted(self) -> Any:
        return self._now

    def pace(self) -> int:
        return 100


def stop_after(conn: Connection[Any], plan: Plan, step: int) -> RunResult:
    """A run that a person paused."""
    control = Wish("stop_after_step")

    def listen(event: Event) -> None:
        if event.kind == "step_done" and event.step == step:
            control.arm()

    return run(conn, plan, control=control, listener=listen)


def statuses(conn: Connection[Any], run_id: UUID | None = None) -> list[tuple[int, int, str]]:
    """(step, attempt, status) of every attempt."""
    return [(s.step, s.attempt, s.status.value) for s in ledger.steps(conn, run_id)]


def kinds_of(events: Iterable[Event]) -> list[str]:
    return [str(event.kind) for event in events]


def state_of(conn: Connection[Any]) -> tuple[str, list[Any]]:
    """The schema and the rows of users, as an undisturbed run and a resumed one must leave them."""
    rows = conn.execute("SELECT id, email, created_at, last_login FROM users ORDER BY id")
    return fingerprint(read_graph(conn)), rows.fetchall()
