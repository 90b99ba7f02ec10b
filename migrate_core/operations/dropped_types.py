"""What stands in the way of dropping a type: columns that are parked, out of sight of the graph."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.errors import UncoveredChangeError
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query
from migrate_core.risk.facts import Probe
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import Ref

PARKED_USERS = "parked_users"


def refuse_parking(delta: SchemaDelta, type_: Ref, name: str) -> None:
    """A drop that comes with the parking of a column of that type has no plan at all.

    Raises:
        UncoveredChangeError: a soft drop or an archive would keep such a column.
    """
    parked = sorted(where for where, column in _parked(delta) if is_of(column, name))
    if parked:
        raise UncoveredChangeError(
            f"type {type_} cannot be dropped while parked columns are of it",
            detail=f"A soft drop or an archive would keep {', '.join(parked)}.",
            hint="Drop these columns or tables for good, or keep the type declared until what"
            " is parked has been purged.",
        )


def parked_users(name: str) -> Probe:
    """Columns that were parked by then, and keep their type."""
    users = ddl(query("migrate_core.operations.types", PARKED_USERS), name=literal(name))
    return Probe(
        fact=PARKED_USERS,
        question="parked columns are of that type",
        query=f"SELECT count(*) FROM (\n{users}) AS found",
        sample=users,
    )


def is_of(column: Column, type_: str) -> bool:
    return column.type.removesuffix("[]") == type_


def _parked(delta: SchemaDelta) -> Iterator[tuple[str, Column]]:
    for mode in (DropMode.SOFT, DropMode.ARCHIVE):
        for table in delta.dropped_tables(mode):
            for column in table.columns:
                yield f"{table.name}.{column.name}", column
        for table, column in delta.dropped_columns(mode):
            yield f"{table.name}.{column.name}", column
