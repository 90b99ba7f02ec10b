"""Triggers whose function fails for the rows of their table, or makes nothing of them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.risk.bodies import fields, gives_up_rows, never_returns, only_raises
from migrate_core.risk.reasons import SWALLOWS_WRITES, TRIGGER_FAILS, Reason
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table, Trigger
from migrate_core.schema.triggers import FIRES, Firing, firing


def of_trigger(graph: SchemaGraph, table: Table, trigger: Trigger) -> Iterator[Reason]:
    """What comes of writes that it fires for, by its function in `graph`."""
    how = firing(trigger)
    routine = graph.find(Routine, how.routine) if how else None
    if how and routine and trigger.enabled in FIRES:
        yield from _comes_of(table, trigger, how, routine)


def of_function(graph: SchemaGraph, new: Routine, old: Routine | None) -> Iterator[Reason]:
    """For each trigger that calls it: what was so before is no news."""
    if new.result != "trigger":
        return
    for table in graph.tables:
        for trigger in table.triggers:
            how = firing(trigger)
            if how and how.routine == new.name and trigger.enabled in FIRES:
                had = set(_comes_of(table, trigger, how, old)) if old else set()
                found = _comes_of(table, trigger, how, new)
                yield from (reason for reason in found if reason not in had)


def _comes_of(table: Table, trigger: Trigger, how: Firing, routine: Routine) -> Iterator[Reason]:
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
    if how.before and gives_up_rows(routine):
        yield SWALLOWS_WRITES.because(f"{what}: {routine.name} returns NULL and no row")
