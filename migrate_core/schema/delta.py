"""SchemaDelta: two graphs with their objects paired up, only what differs kept.

Kinds read a delta to find their own changes, so the walk below is written once: a dropped
table never yields dropped columns, because only kept tables are walked for parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import FIELDS, SchemaGraph
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Enum,
    Extension,
    Index,
    Policy,
    Schema,
    Sequence,
    Table,
    Value,
)
from migrate_core.schema.refs import ObjectKind, Ref

T = TypeVar("T", Schema, Extension, Enum, Sequence, Table)
P = TypeVar("P", Column, Constraint, Index, Policy)
R = TypeVar("R", Constraint, Index)


class DropMode(StrEnum):
    PLAIN = "plain"
    SOFT = "soft"
    ARCHIVE = "archive"


class Rename(Value, frozen=True, kw_only=True):
    """A person's answer: the object `old` (a table or a column) is now called `new`."""

    old: Ref
    new: str


class Answers(Value, frozen=True, kw_only=True, dict=True):
    """What two graphs alone cannot tell, as a person answered it."""

    drops: DropMode = DropMode.SOFT  # unless `drop_modes` says otherwise
    drop_modes: tuple[tuple[Ref, DropMode], ...] = ()
    renames: tuple[Rename, ...] = ()
    backfills: tuple[tuple[Ref, str], ...] = ()  # column -> SQL expression for existing rows

    def drop_mode(self, ref: Ref) -> DropMode:
        return dict(self.drop_modes).get(ref, self.drops)

    @cached_property
    def backfill_of(self) -> Mapping[Ref, str]:
        return dict(self.backfills)


class SchemaDelta:
    """`before` and `after` with their differences indexed by kind of object."""

    def __init__(self, before: SchemaGraph, after: SchemaGraph, answers: Answers) -> None:
        self.before, self.after, self.answers = before, after, answers
        self._tops = {kind: _pair(before, after, kind) for kind in FIELDS}

    def added(self, kind: type[T]) -> Iterator[T]:
        return (new for old, new in self._tops[kind] if old is None)

    def dropped(self, kind: type[T]) -> Iterator[T]:
        return (old for old, new in self._tops[kind] if new is None)

    def changed(self, kind: type[T]) -> Iterator[tuple[T, T]]:
        return ((old, new) for old, new in self._tops[kind] if old is not None and new is not None)

    def dropped_tables(self, mode: DropMode) -> Iterator[Table]:
        return (t for t in self.dropped(Table) if self.table_mode(t.name) is mode)

    def table_mode(self, name: QualifiedName) -> DropMode:
        return self.answers.drop_mode(Ref.of(ObjectKind.TABLE, name))

    def dropped_columns(self, mode: DropMode) -> Iterator[tuple[Table, Column]]:
        for old, _new, column in self._parts_gone(Column):
            if self.answers.drop_mode(Ref.of(ObjectKind.COLUMN, old.name, column.name)) is mode:
                yield old, column

    def added_parts(self, kind: type[P]) -> Iterator[tuple[Table, P]]:
        """New parts of kept tables, and of created ones what CREATE TABLE does not hold."""
        for old, new in self.changed(Table):
            had = {part.name for part in getattr(old, PARTS[kind])}
            for part in getattr(new, PARTS[kind]):
                if part.name not in had:
                    yield new, part
        for table in self.added(Table):
            for part in getattr(table, PARTS[kind]):
                if not (isinstance(part, Column) or (isinstance(part, Constraint) and part.inline)):
                    yield table, part

    def dropped_parts(self, kind: type[P]) -> Iterator[tuple[Table, P]]:
        """Parts of kept tables that a dropped or parked column does not take along."""
        for old, new, part in self._parts_gone(kind):
            if not self._goes_with_a_column(part, old, new):
                yield old, part

    def changed_parts(self, kind: type[P]) -> Iterator[tuple[Table, P, P]]:
        """(table after, part before, part after) where the two differ."""
        for old, new in self.changed(Table):
            had = {part.name: part for part in getattr(old, PARTS[kind])}
            for part in getattr(new, PARTS[kind]):
                if part.name in had and had[part.name] != part:
                    yield new, had[part.name], part

    def renamed_parts(self, kind: type[R]) -> list[tuple[Table, R, R]]:
        """(table after, old, new) of indexes or constraints that differ in name alone."""
        found = []
        for old, new in self.changed(Table):
            had: dict[str, R] = {part.name: part for part in getattr(old, PARTS[kind])}
            has: dict[str, R] = {part.name: part for part in getattr(new, PARTS[kind])}
            gone = [part for name, part in had.items() if name not in has]
            for name, part in has.items():
                twin = next((g for g in gone if name not in had and _alike(g, part)), None)
                if twin is not None:
                    gone.remove(twin)
                    found.append((new, twin, part))
        return found

    def _parts_gone(self, kind: type[P]) -> Iterator[tuple[Table, Table, P]]:
        for old, new in self.changed(Table):
            has = {part.name for part in getattr(new, PARTS[kind])}
            for part in getattr(old, PARTS[kind]):
                if part.name not in has:
                    yield old, new, part

    def _goes_with_a_column(self, part: P, old: Table, new: Table) -> bool:
        if not isinstance(part, (Constraint, Index)):
            return False
        kept = {column.name for column in new.columns}
        return any(name not in kept for name in part.columns)


def _alike(one: Constraint | Index, other: Constraint | Index) -> bool:
    return msgspec.structs.replace(one, name=other.name, comment=other.comment) == other


def _pair(before: SchemaGraph, after: SchemaGraph, kind: Any) -> list[tuple[Any, Any]]:
    """Objects of one kind that differ, in name order; compared in C, column order apart."""
    old = {thing.name: thing for thing in getattr(before, FIELDS[kind])}
    new = {thing.name: thing for thing in getattr(after, FIELDS[kind])}
    pairs = ((old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))
    return [(a, b) for a, b in pairs if a != b and not _same_table(a, b)]


def _same_table(a: Any, b: Any) -> bool:
    return isinstance(a, Table) and isinstance(b, Table) and a.normal == b.normal
