"""What raw SQL did on the shadow, weighed by the size that the target's tables have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg

from migrate_core.declared.sources import Source
from migrate_core.errors import MigrateError, UnboundOperationError, UncoveredChangeError
from migrate_core.operations.base import Operation
from migrate_core.planning.plan import Plan
from migrate_core.planning.verified import Deed
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify.asked import Target
from migrate_core.verify.changes import changes, moved
from migrate_core.verify.deeds import deed, unobserved
from migrate_core.verify.locks import LockObserver
from migrate_core.verify.scripts import Script

REFUSED = "42501"  # insufficient_privilege


def judged_by_deeds(
    plan: Plan,
    scripts: Sequence[Script],
    live: Callable[[], psycopg.Connection[Any]],
    earlier: Sequence[Plan] = (),
) -> tuple[Deed, ...]:
    """By the size of the target's tables and by their rows; nothing is written there."""
    if not scripts:
        return ()
    seen = {script.step: script for script in scripts}
    with live() as conn:
        target = Target(conn, earlier)
        return tuple(_in_turn(plan, seen, target))


def refused(observer: LockObserver | None, error: MigrateError | psycopg.Error) -> tuple[Deed, ...]:
    """Of raw SQL that takes more rights than the rehearsal has; what fails otherwise is a fault."""
    if observer is None or error.sqlstate != REFUSED or not observer.at_script:
        return ()
    return (unobserved(observer.at, REFUSED),)


def _in_turn(plan: Plan, seen: Mapping[int, Script], target: Target) -> Iterator[Deed]:
    for step in plan.steps:
        script = seen.get(step.number)
        if script:
            target.first = target.first or script.before.graph
            yield deed(script, target)
            for operation in _changes(script):
                target.past.add(operation)
        target.past.add(step.operation)


def _changes(script: Script) -> tuple[Operation, ...]:
    try:
        return changes(script)
    except UncoveredChangeError:
        return ()  # said where it is judged


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
                graph = moved(graph, script) if script else graph
                for operation in changes(script) if script else (step.operation,):
                    graph = operation.apply(graph)
    except (UncoveredChangeError, UnboundOperationError):
        return wanted
    return graph
