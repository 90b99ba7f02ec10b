"""Who would be in a plan's way if it ran right now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from psycopg import Connection

from migrate_core.introspection.surroundings import read_in_the_way
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.planning.timeline import by_table
from migrate_core.risk.surroundings import InTheWay
from migrate_core.schema.objects import Value


class Obstacle(Value, frozen=True, kw_only=True):
    """Sessions that hold what conflicts with the strongest lock that a plan takes on a relation."""

    relation: QualifiedName
    wanted: LockMode
    holders: tuple[InTheWay, ...]  # longest transaction first


def forecast(endpoint: Endpoint, plan: Plan) -> tuple[Obstacle, ...]:
    """Nothing is locked for it, and nothing is written.

    Raises:
        UnreachableError: the target does not answer.
    """
    with closing(plan_session(endpoint, "zanith/plan")) as conn:
        return tuple(_obstacles(conn, plan))


def _obstacles(conn: Connection[Any], plan: Plan) -> Iterator[Obstacle]:
    for table in by_table(plan):
        if found := read_in_the_way(conn, table.relation, table.strongest):
            yield Obstacle(relation=table.relation, wanted=table.strongest, holders=found)
