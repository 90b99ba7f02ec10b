"""SchemaGraph: one database's schema at one moment, as a value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import (
    Enum,
    Extension,
    Other,
    Schema,
    Sequence,
    Table,
    Value,
)

TopLevel = Schema | Extension | Enum | Sequence | Table
T = TypeVar("T", Schema, Extension, Enum, Sequence, Table)

FIELDS: dict[type, str] = {
    Schema: "schemas",
    Extension: "extensions",
    Enum: "enums",
    Sequence: "sequences",
    Table: "tables",
}


class SchemaGraph(Value, frozen=True, kw_only=True):
    """Each field stands in name order, so equal schemas are equal values.

    Arrays, not maps: jsonb reorders keys, and a name that is not text cannot be one.
    """

    schemas: tuple[Schema, ...] = ()
    extensions: tuple[Extension, ...] = ()
    enums: tuple[Enum, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    tables: tuple[Table, ...] = ()
    others: tuple[Other, ...] = ()

    def find(self, kind: type[T], name: QualifiedName | str) -> T | None:
        found: tuple[T, ...] = getattr(self, FIELDS[kind])
        at = _position(found, name)
        return found[at] if at < len(found) and found[at].name == name else None

    def table(self, name: QualifiedName) -> Table | None:
        return self.find(Table, name)

    def put(self, thing: TopLevel) -> SchemaGraph:
        """A copy with the object added, or put in the place of its namesake."""
        found: tuple[Any, ...] = getattr(self, FIELDS[type(thing)])
        at = _position(found, thing.name)
        taken = at < len(found) and found[at].name == thing.name
        return self._with(type(thing), (*found[:at], thing, *found[at + taken :]))

    def drop(self, kind: type[TopLevel], name: QualifiedName | str) -> SchemaGraph:
        found: tuple[Any, ...] = getattr(self, FIELDS[kind])
        return self._with(kind, tuple(thing for thing in found if thing.name != name))

    def edit(self, table: QualifiedName, change: Callable[[Table], Table]) -> SchemaGraph:
        """A copy in which `change` was made to one table, if it is there."""
        found = self.table(table)
        return self if found is None else self.put(change(found))

    def edit_all(self, change: Callable[[Table], Table]) -> SchemaGraph:
        return self._with(Table, tuple(change(table) for table in self.tables))

    def same(self, other: SchemaGraph) -> bool:
        """Equal but for the order of columns."""
        return self.normal() == other.normal()

    def normal(self) -> SchemaGraph:
        return self._with(Table, tuple(table.normal for table in self.tables))

    def _with(self, kind: type, things: tuple[Any, ...]) -> SchemaGraph:
        return msgspec.structs.replace(self, **{FIELDS[kind]: things})


def _position(found: tuple[Any, ...], name: QualifiedName | str) -> int:
    return bisect_left(found, name, key=lambda thing: thing.name)
