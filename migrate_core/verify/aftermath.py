"""What raw SQL did on the shadow, weighed by the size that the target's tables have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from migrate_core.declared.sources import Source
from migrate_core.errors import UnboundOperationError, UncoveredChangeError
from migrate_core.introspection.sizes import read_sizes
from migrate_core.operations.base import Effect
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.planning.verified import Deed
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind
from migrate_core.verify.deeds import Live, changes, deed, tables
from migrate_core.verify.scripts import Script


def judged_by_deeds(
    plan: Plan, scripts: Sequence[Script], live: Callable[[], psycopg.Connection[Any]]
) -> tuple[Deed, ...]:
    if not scripts:
        return ()
    wanted = {name for script in scripts for name in _tables(script)}
    with live() as conn:
        sizes = read_sizes(conn, sorted(wanted))
    return tuple(deed(one, Live(sizes, _new(plan, one.step))) for one in scripts)


def replayed(
    found: SchemaGraph,
    plans: Sequence[Plan],
    scripts: Sequence[Script],
    wanted: SchemaGraph,
    declared: Source | None,
) -> SchemaGraph:
    """What the last of `plans` leads to where nothing was declared: raw SQL as it was seen.

    An operation foretells what it does; raw SQL is seen to do it. `wanted` where that cannot
    be said, or where there is none.
    """
    if declared is not None or not scripts or plans[-1].direction != "up":
        return wanted
    seen = {script.step: script for script in scripts}
    graph = found
    try:
        for plan in plans:
            for step in plan.steps:
                script = seen.get(step.number) if plan is plans[-1] else None
                for operation in changes(script) if script else (step.operation,):
                    graph = operation.apply(graph)
    except (UncoveredChangeError, UnboundOperationError):
        return wanted
    return graph


def _tables(script: Script) -> list[QualifiedName]:
    try:
        return list(tables(script))
    except UncoveredChangeError:
        return []  # said where it is judged; unknown sizes weigh


def _new(plan: Plan, number: int) -> frozenset[QualifiedName]:
    """Tables that earlier steps of the plan made: nobody has rows in them, or waits for them."""
    return frozenset(
        step.operation.subject.relation
        for step in plan.steps
        if step.number < number
        and step.operation.effect is Effect.CREATE
        and step.operation.subject.kind is ObjectKind.TABLE
    )
