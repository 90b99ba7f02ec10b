"""A change of declared SQL: what its plan says, on a database where it is then done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

from psycopg import Connection

from migrate_core.api.plans import Measuring
from migrate_core.diff.diff import diff
from migrate_core.introspection.graph import read_graph
from migrate_core.planning.plan import Plan, build

MakeDb = Callable[..., Connection[Any]]


def changed(make_db: MakeDb, before: str, change: str) -> tuple[Connection[Any], Plan]:
    """The database as it is after the change, and the plan that was made before it."""
    db = make_db(before)
    found = read_graph(db)
    with closing(make_db(f"{before}; {change}")) as other:
        operations = diff(found, read_graph(other))
    plan = build(operations, found, migration_id="m", checksum="", major=18, ask=Measuring(db))
    db.execute(change.encode())
    return db, plan


def evidence(plan: Plan, code: str) -> list[str]:
    return [r.evidence for step in plan.steps for r in step.verdict.reasons if r.code == code]
