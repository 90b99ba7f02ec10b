"""promoteIndex: an index becomes that of a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import comment_on, constraint_comments
from migrate_core.schema.concurrent import build_index
from migrate_core.schema.constraint_changes import leaning_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import promoted
from migrate_core.schema.objects import Constraint, Index, Table, Value
from migrate_core.schema.parking import rename_index
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import (
    add_using,
    columns_in_words,
    constraint_ref,
    drop_constraint,
    key_claim,
    only_primary_key,
)


class Leaning(Value, frozen=True, kw_only=True):
    table: QualifiedName
    key: Constraint


class PromoteIndex(Operation, frozen=True, kw_only=True):
    """Let a primary key or a unique constraint take an index that is there.

    Nothing is built or read: the index is renamed to the constraint's name and belongs to it.
    `back` undoes that. PostgreSQL lets no index go from its constraint, so another is built
    concurrently before the constraint and its index are dropped; foreign keys that lean on it
    are made anew.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint_using_index".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    index: Index
    constraint: Constraint
    back: bool = False
    leaning: tuple[Leaning, ...] = ()  # foreign keys that can only have been made for it

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.constraint.name)

    @property
    def label(self) -> str:
        return f"{self.table} {columns_in_words(self.constraint)}"

    def claims(self) -> frozenset[tuple[str, str]]:
        names = {(self.table.schema, name) for name in (self.index.name, self.constraint.name)}
        key = key_claim(self.table, self.constraint.columns)
        only = {only_primary_key(self.table)} if self.constraint.type == "primary key" else set()
        return frozenset({*names, key, *only})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, index, key in promoted(delta):
            alone = msgspec.structs.replace(key, parent=None)
            yield cls(table=table.name, index=index, constraint=alone)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if self.back:
            if table.constraint(self.constraint.name) is None:
                raise unbound(self, f"constraint {self.subject} does not exist")
            found = leaning_on(graph, table, self.constraint)
            leaning = tuple(Leaning(table=name, key=key) for name, key in found)
            again: Self = replaced(self, leaning=leaning)
            return again
        index = table.index(self.index.name)
        if index is None or not (index.unique and index.valid):
            raise unbound(self, f"there is no valid unique index {self.index.name}")
        if self.constraint.type == "primary key" and table.primary_key:
            raise unbound(self, f"table {self.table} has one: {table.primary_key.name}")
        bound: Self = replaced(self, index=index)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        gone, made = (self.index, self.constraint)
        if self.back:
            return graph.edit(
                self.table,
                lambda table: table.without_part(Constraint, made.name).with_part(gone),
            )

        def change(table: Table) -> Table:
            return table.without_part(Index, gone.name).with_part(made)

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if not self.back:
            add = add_using(self.table, self.constraint, self.index.name)
            return (stage(add, *constraint_comments(self.table, self.constraint)),)
        index, helper = self.index, place.helper(self.index.name)
        ref = Ref.of(ObjectKind.INDEX, self.table, index.name)
        freed = (drop_constraint(one.table, one.key.name, self.table) for one in self.leaning)
        keys = (make("addForeignKey", table=o.table, constraint=o.key) for o in self.leaning)
        return (
            build_index(self.table, helper, index.definition, unique=True),
            stage(
                *freed,
                drop_constraint(self.table, self.constraint.name),
                rename_index(self.table.schema, helper, index.name),
                *comment_on(ref, index.comment),
            ),
            *(added for key in keys for added in key.stages(place)),
        )

    def inverse(self, place: Place) -> Operation | None:
        undone: Operation = replaced(self, back=not self.back)
        return undone

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.back:
            yield why.ADDS_INDEX.because(f"two scans, writes go on; {facts.describe()}")
        else:
            yield why.CHANGES_METADATA.because(f"{self.index.name} is the key's from now on")
