"""SchemaDelta: two graphs with their objects paired up, only what differs kept.

Kinds read a delta to find their own changes, so the walk below is written once: a dropped
table never yields dropped columns, because only kept tables are walked for parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, PART_KINDS, RELATION_KINDS, TOP_KINDS, ref_of
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Index,
    Policy,
    Relation,
    Rule,
    Table,
    Thing,
    Trigger,
    Value,
)
from migrate_core.schema.refs import WRITTEN_WHOLE, ObjectKind, Ref
from migrate_core.schema.views import Query

T = TypeVar("T", bound=Thing)
P = TypeVar("P", Column, Constraint, Index, Policy, Trigger, Rule)
R = TypeVar("R", Constraint, Index)


class DropMode(StrEnum):
    PLAIN = "plain"
    SOFT = "soft"
    ARCHIVE = "archive"


class Rename(Value, frozen=True, kw_only=True):
    """A person's answer: the object `old` (a table or a column) is now called `new`."""

    old: Ref
    new: str


class Answers(Value, frozen=True, kw_only=True, dict=True, gc=True):
    """What two graphs alone cannot tell, as a person answered it."""

    drops: DropMode = DropMode.SOFT  # unless `drop_modes` says otherwise
    drop_modes: tuple[tuple[Ref, DropMode], ...] = ()
    renames: tuple[Rename, ...] = ()
    backfills: tuple[tuple[Ref, str], ...] = ()  # column -> SQL expression for existing rows
    expand: tuple[Ref, ...] = ()  # columns of today that change in two migrations

    def drop_mode(self, ref: Ref) -> DropMode:
        return self.mode_of.get(ref, self.drops)

    @cached_property
    def mode_of(self) -> Mapping[Ref, DropMode]:
        return dict(self.drop_modes)

    @cached_property
    def backfill_of(self) -> Mapping[Ref, str]:
        return dict(self.backfills)


class SchemaDelta:
    """`before` and `after` with their differences indexed by kind of object.

    What is `rebuilt` counts as dropped and as added although it is on both sides: something
    that it leans on cannot change under it. `origin` is what `before` was until tables followed
    the changes of those they inherit from.
    """

    def __init__(
        self,
        before: SchemaGraph,
        after: SchemaGraph,
        answers: Answers,
        origin: SchemaGraph | None = None,
    ) -> None:
        self.before, self.after, self.answers = before, after, answers
        self.origin = origin or before
        self.rebuilt: frozenset[Ref] = frozenset()
        self.made: frozenset[Ref] = frozenset()  # what operations create, once that is known
        self.memo: dict[str, Any] = {}  # what was found of this delta once
        self._tops = {kind: _pair(before, after, kind) for kind in FIELDS}

    def rebuilding(self, refs: Iterable[Ref]) -> SchemaDelta:
        """The same delta in which `refs` are made anew, whether they differ or not."""
        made = copy(self)
        made.memo = {}
        made.rebuilt = self.rebuilt | frozenset(refs)
        made._tops = {
            kind: _with_rebuilt(pairs, self, kind, made.rebuilt)
            for kind, pairs in self._tops.items()
        }
        return made

    def making(self, refs: Iterable[Ref]) -> SchemaDelta:
        """The same delta with what the operations create, for kinds that come last."""
        told = copy(self)
        told.memo = {}
        told.made = frozenset(refs)
        return told

    def added(self, kind: type[T]) -> Iterator[T]:
        return (
            new
            for old, new in self._tops[kind]
            if new is not None and (old is None or self._is_rebuilt(new))
        )

    def dropped(self, kind: type[T]) -> Iterator[T]:
        return (
            old
            for old, new in self._tops[kind]
            if old is not None and (new is None or self._is_rebuilt(old))
        )

    def changed(self, kind: type[T]) -> Iterator[tuple[T, T]]:
        return (
            (old, new)
            for old, new in self._tops[kind]
            if old is not None and new is not None and not self._is_rebuilt(old)
        )

    def definitions(self, kind: ObjectKind, way: str) -> Iterator[Any]:
        """Of one of the rarer kinds: what is `added`, `dropped` or `changed`."""
        found: Iterator[Any] = getattr(self, way)(Definition)
        for thing in found:
            one = thing[0] if isinstance(thing, tuple) else thing
            if one.kind is kind:
                yield thing

    def _is_rebuilt(self, thing: Thing) -> bool:
        return bool(self.rebuilt) and ref_of(thing) in self.rebuilt

    def changed_relations(self) -> Iterator[tuple[Relation, Relation]]:
        """Kept relations that differ or have parts made anew: where parts are looked for."""
        for kind in RELATION_KINDS:
            yield from self.changed(kind)

    def added_relations(self) -> Iterator[Relation]:
        for kind in RELATION_KINDS:
            yield from self.added(kind)

    def dropped_tables(self, mode: DropMode) -> Iterator[Table]:
        return (t for t in self.dropped(Table) if self.table_mode(t.name) is mode)

    def table_mode(self, name: QualifiedName) -> DropMode:
        return self.answers.drop_mode(Ref.of(ObjectKind.TABLE, name))

    def dropped_columns(self, mode: DropMode) -> Iterator[tuple[Table, Column]]:
        for old, _new, column in self._parts_gone(Column):
            ref = Ref.of(ObjectKind.COLUMN, old.name, column.name)
            # What is computed and made anew loses nothing.
            computed = ref in self.rebuilt and column.generated is not None
            wanted = DropMode.PLAIN if computed else self.answers.drop_mode(ref)
            if wanted is mode:
                yield old, column

    def added_parts(self, kind: type[P]) -> Iterator[tuple[Any, P]]:
        """New parts of kept tables, and of created ones what CREATE TABLE does not hold."""
        for old, new in self.changed_relations():
            had = {part.name for part in getattr(old, PARTS[kind])}
            for part in getattr(new, PARTS[kind]):
                if part.name not in had or self._is_part_rebuilt(new, part):
                    yield new, part
        for table in self.added_relations():
            for part in getattr(table, PARTS[kind]):
                if not (isinstance(part, Column) or _comes_by_itself(part)):
                    yield table, part

    def dropped_parts(self, kind: type[P]) -> Iterator[tuple[Any, P]]:
        """Parts of kept tables that a dropped or parked column does not take along."""
        for old, new, part in self._parts_gone(kind):
            if not self._goes_with_a_column(part, old, new):
                yield old, part

    def changed_parts(self, kind: type[P]) -> Iterator[tuple[Any, P, P]]:
        """(table after, part before, part after) where the two differ."""
        for old, new in self.changed_relations():
            had = {part.name: part for part in getattr(old, PARTS[kind])}
            for part in getattr(new, PARTS[kind]):
                was = had.get(part.name, part)
                if was != part and not self._is_part_rebuilt(new, part):
                    yield new, was, part

    def renamed_parts(self, kind: type[R]) -> list[tuple[Any, R, R]]:
        """(table after, old, new) of indexes or constraints that differ in name alone."""
        found = []
        for old, new in self.changed_relations():
            had: dict[str, R] = {part.name: part for part in getattr(old, PARTS[kind])}
            has: dict[str, R] = {part.name: part for part in getattr(new, PARTS[kind])}
            gone = [part for name, part in had.items() if name not in has]
            for name, part in has.items():
                twin = next((g for g in gone if name not in had and _alike(g, part)), None)
                if twin is not None:
                    gone.remove(twin)
                    found.append((new, twin, part))
        return found

    def _parts_gone(self, kind: type[P]) -> Iterator[tuple[Any, Any, P]]:
        for old, new in self.changed_relations():
            has = {part.name for part in getattr(new, PARTS[kind])}
            for part in getattr(old, PARTS[kind]):
                if part.name not in has or self._is_part_rebuilt(old, part):
                    yield old, new, part

    def _is_part_rebuilt(self, relation: Relation, part: Any) -> bool:
        if not self.rebuilt:
            return False
        return Ref.of(PART_KINDS[type(part)], relation.name, part.name) in self.rebuilt

    def _goes_with_a_column(self, part: P, old: Relation, new: Relation) -> bool:
        if self._is_part_rebuilt(old, part) or isinstance(new, Query):
            return False
        if not isinstance(part, (Constraint, Index)):
            return False
        kept = {column.name for column in new.columns}
        return any(name not in kept for name in part.columns)


def _comes_by_itself(part: Any) -> bool:
    """Of a new table: in CREATE TABLE, or as the foreign key of what it is a partition of."""
    if not isinstance(part, Constraint):
        return False
    return part.inline or (part.references is not None and part.parent == part.name)


def _alike(one: Constraint | Index, other: Constraint | Index) -> bool:
    changes: dict[str, Any] = {"name": other.name, "comment": other.comment}
    if isinstance(one, Constraint) and isinstance(other, Constraint):
        changes["index_comment"] = other.index_comment
    return msgspec.structs.replace(one, **changes) == other


def _pair(before: SchemaGraph, after: SchemaGraph, kind: Any) -> list[tuple[Any, Any]]:
    """Objects of one kind that differ, in name order; compared in C, column order apart."""
    pairs = [(old, after.find(kind, old.key)) for old in getattr(before, FIELDS[kind])]
    differ = [(a, b) for a, b in pairs if a != b and not _same_relation(a, b)]
    came = (new for new in getattr(after, FIELDS[kind]) if before.find(kind, new.key) is None)
    return sorted([*differ, *((None, new) for new in came)], key=_key)


def _with_rebuilt(
    pairs: list[tuple[Any, Any]], delta: SchemaDelta, kind: Any, rebuilt: frozenset[Ref]
) -> list[tuple[Any, Any]]:
    """The pairs, and those of equal objects that are rebuilt themselves or in a part."""
    listed = {_key(pair) for pair in pairs}
    more = []
    for ref in rebuilt:
        for key in _keys_in(kind, ref):
            old, new = delta.before.find(kind, key), delta.after.find(kind, key)
            if key not in listed and old is not None and new is not None:
                listed.add(key)
                more.append((old, new))
    both = [*pairs, *more]
    return sorted(both, key=_key) if more else both


def _key(pair: tuple[Any, Any]) -> Any:
    old, new = pair
    return new.key if old is None else old.key


def _keys_in(kind: Any, ref: Ref) -> Iterator[Any]:
    """The key of the object that `ref` is, or is a part of, among those of one kind."""
    if kind is Definition:
        yield (ref.kind.value, ref.name)
    elif kind in RELATION_KINDS and (ref.part or ref.kind is RELATION_KINDS[kind]):
        yield ref.relation
    elif TOP_KINDS[kind] is ref.kind:
        qualified = ref.kind not in WRITTEN_WHOLE and bool(ref.schema)
        yield ref.relation if qualified else ref.name


def _same_relation(a: Any, b: Any) -> bool:
    return isinstance(a, Relation) and isinstance(b, Relation) and a.normal == b.normal
