"""Triggers whose function fails for the rows of their table, or makes nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate_core.pg.ddl import Stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.bodies import (
    fields,
    gives_up_rows,
    keeps_from_going,
    never_returns,
    only_raises,
)
from migrate_core.risk.copying import too_narrow
from migrate_core.risk.reasons import REFUSED_BY_TRIGGER, SWALLOWS_WRITES, TRIGGER_FAILS, Reason
from migrate_core.schema.bodies import code
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table, Trigger
from migrate_core.schema.triggers import FIRES, Firing, firing


def of_trigger(graph: SchemaGraph, table: Table, trigger: Trigger) -> Iterator[Reason]:
    """What comes of writes that it fires for, by its function in `graph`."""
    how = firing(trigger)
    routine = graph.find(Routine, how.routine) if how else None
    if how and routine and trigger.enabled in FIRES:
        yield from _comes_of(graph, table, trigger, how, routine)


def of_wider(base: SchemaGraph, graph: SchemaGraph, name: QualifiedName) -> Iterator[Reason]:
    """What comes of the table's own triggers where its rows have more columns than before."""
    table, was = graph.table(name), base.table(name)
    if table is None or was is None:
        return
    for trigger in table.triggers:
        had = {one.code for one in of_trigger(base, was, trigger)}
        yield from (one for one in of_trigger(graph, table, trigger) if one.code not in had)


def of_function(graph: SchemaGraph, new: Routine, old: Routine | None) -> Iterator[Reason]:
    """For each trigger that calls it: what was so before is no news."""
    if new.result != "trigger":
        return
    for table in graph.tables:
        for trigger in table.triggers:
            how = firing(trigger)
            if how and how.routine == new.name and trigger.enabled in FIRES:
                had = set(_comes_of(graph, table, trigger, how, old)) if old else set()
                found = _comes_of(graph, table, trigger, how, new)
                yield from (reason for reason in found if reason not in had)


def of_batches(graph: SchemaGraph, stages: Iterable[Stage]) -> Iterator[Reason]:
    """Of a step that writes the rows of a table which has the trigger before it."""
    for batch in (stage.batch for stage in stages):
        table = graph.table(batch.into or batch.table) if batch else None
        if batch is None or table is None:
            continue
        for trigger in table.triggers:
            how = firing(trigger)
            if how and how.meets(batch) and trigger.enabled in FIRES:
                yield from _refuses(graph, table, trigger, how)


def _refuses(graph: SchemaGraph, table: Table, trigger: Trigger, how: Firing) -> Iterator[Reason]:
    routine = graph.find(Routine, how.routine)
    if routine is None or not how.always:
        return
    what = f"trigger {trigger.name} of {table.name}: {routine.name}"
    if only_raises(routine):
        yield REFUSED_BY_TRIGGER.because(f"{what} does nothing but raise an error")
    elif how.before and how.each_row and gives_up_rows(routine):
        yield REFUSED_BY_TRIGGER.because(f"{what} returns NULL and no row")


def _comes_of(
    graph: SchemaGraph, table: Table, trigger: Trigger, how: Firing, routine: Routine
) -> Iterator[Reason]:
    what = f"trigger {trigger.name} of {table.name}"
    if only_raises(routine) and how.always and how.writes:
        yield TRIGGER_FAILS.because(f"{what}: {routine.name} does nothing but raise an error")
    elif never_returns(routine) and how.always and how.writes:
        yield TRIGGER_FAILS.because(f"{what}: {routine.name} ends without RETURN")
    if not how.each_row:
        return
    names = {column.name for column in table.columns}
    missing = [one for one in fields(routine) if one[4:] not in names]
    if missing:
        yield TRIGGER_FAILS.because(f"{what}: there is no column for {', '.join(missing)}")
    for copied in too_narrow(graph, table, routine, how):
        yield TRIGGER_FAILS.because(f"{what}: {routine.name} {copied}")
    if how.before and gives_up_rows(routine):
        yield SWALLOWS_WRITES.because(f"{what}: {routine.name} returns NULL and no row")
    elif how.before and "DELETE" in how.events and keeps_from_going(routine):
        yield SWALLOWS_WRITES.because(
            f"{what}: {routine.name} returns NEW, which is NULL for a row that is deleted"
        )


def may_change(graph: SchemaGraph, trigger: Trigger, column: str) -> bool:
    """Whether a row's trigger may give the column another value before the rules are asked."""
    how = firing(trigger)
    if trigger.enabled not in FIRES or (how and not (how.before and how.each_row)):
        return False
    routine = graph.find(Routine, how.routine) if how else None
    if routine is None or routine.language != "plpgsql":
        return True
    return bool({column, "execute"} & {token.name for token in code(routine)})
