"""Foreign keys that begin to delete, or to change, the rows that point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import BEGINS_TO_CASCADE, Reason
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.rules import action, is_enforced, points_alike

# What goes: nothing, where the statement is refused; a value; a row. A changed key that is
# followed loses nothing.
_WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "ON DELETE": {"": 0, "SET NULL": 1, "SET DEFAULT": 1, "CASCADE": 2},
    "ON UPDATE": {"": 0, "CASCADE": 1, "SET NULL": 2, "SET DEFAULT": 2},
}
_LEVELS = {"ON DELETE": Level.HIGH, "ON UPDATE": Level.MEDIUM}


def begins_to_act(
    base: SchemaGraph, graph: SchemaGraph, table: QualifiedName, key: Constraint
) -> Iterator[Reason]:
    """By the keys over the same columns that were there before: without one, nobody was refused.
    One that stays acts first, unless it is asked at the end of the transaction."""
    was, now = base.table(table), graph.table(table)
    if was is None or now is None or not is_enforced(key):
        return
    had = [one for one in was.constraints if is_enforced(one) and points_alike(one, key)]
    if not had or any(_stays(one, now) for one in had):
        return
    for event, weights in _WEIGHTS.items():
        becomes = action(key, event)
        before = max((action(one, event) for one in had), key=lambda one: weights[one])
        if weights[becomes] > weights[before]:
            yield BEGINS_TO_CASCADE.because(
                f"{table}, {event} {becomes} of {key.references}:"
                f" {f'it was {before}' if before else 'it was refused'} until now",
                level=_LEVELS[event],
            )


def _stays(key: Constraint, table: Table) -> bool:
    found = table.constraint(key.name)
    is_same = found is not None and found.definition == key.definition
    return is_same and "INITIALLY DEFERRED" not in key.definition
