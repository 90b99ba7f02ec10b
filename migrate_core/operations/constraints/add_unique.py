"""addUnique: values may stand in one row only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.excluding import FACT, excluded
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.index_rows import overlong, too_long
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import duplicates, shared
from migrate_core.schema.constraint_changes import added
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, to_attach, with_attached
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import promoted
from migrate_core.schema.objects import Constraint
from migrate_core.schema.partitioned_keys import add_only, on_partitions
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_directly,
    add_key,
    columns_in_words,
    completed,
    constraint_ref,
    index_of,
    read_key,
)


class AddUnique(Operation, frozen=True, kw_only=True):
    """Add a unique or an exclusion constraint.

    A plain ADD UNIQUE builds its index while nobody reads or writes. Here the index is
    built concurrently first, and the constraint takes it: INCLUDE and NULLS NOT DISTINCT
    come with the index, DEFERRABLE with the constraint. For an exclusion constraint, or
    a key of periods (18), PostgreSQL has no such way: the table waits for its index.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint_using_index".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    constraint: Constraint
    partitioned: bool = False
    partitions: tuple[Attached, ...] = ()  # what its partitions have attached to it

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.constraint.name)

    @property
    def label(self) -> str:
        return f"{self.table} {columns_in_words(self.constraint)}"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        taken = {(table.name, key.name) for table, _, key in promoted(delta)}
        for table, constraint in added(delta, "unique", "exclude"):
            if (table.name, constraint.name) in taken:
                continue
            key = msgspec.structs.replace(constraint, parent=None)
            if table.partition_key is None:
                yield cls(table=table.name, constraint=key)
            else:
                parts = to_attach(delta.origin, delta.after, table.name, key.name)
                yield cls(table=table.name, constraint=key, partitioned=True, partitions=parts)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if self.constraint.type not in ("unique", "exclude"):
            raise unbound(self, f"{self.constraint.name} is a {self.constraint.type} constraint")
        if table.constraint(self.constraint.name) or table.index(self.constraint.name):
            raise unbound(self, f"the name {self.subject} is taken")
        constraint = completed(self.constraint, table)
        for name in constraint.columns:
            if table.column(name) is None:
                raise unbound(self, f"column {self.table}.{name} does not exist")
        partitioned = table.partition_key is not None
        bound: Self = replaced(self, constraint=constraint, partitioned=partitioned)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        graph = graph.edit_only(self.table, lambda table: table.with_part(self.constraint))
        return with_attached(graph, self.partitions)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        helper = place.helper(self.constraint.name)
        if self.partitioned:
            key = add_only(self.table, self.constraint)
            return (key, *on_partitions(self.partitions, helper))
        if self.constraint.type == "exclude":
            return (add_directly(self.table, self.constraint),)
        return add_key(self.table, self.constraint, helper=helper)

    def inverse(self, place: Place) -> Operation | None:
        name = self.constraint.name
        return make("dropUnique", table=self.table, name=name, was=self.constraint)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if graph.table(self.table) is None:
            return ()
        if not self._is_online:
            return excluded(graph, self.table, self.constraint)
        key = read_key(self.constraint.definition)
        columns = self.constraint.columns
        long = too_long(graph, self.table, index_of(self.constraint))
        return (duplicates(graph, self.table, columns, nulls_distinct=key.nulls_distinct), *long)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        return shared(graph, self.table, self.constraint.columns, made) if self._is_online else ()

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        size = facts.describe()
        if self._is_online:
            yield why.ADDS_UNIQUE_CONSTRAINT.because(f"built while writes go on; {size}")
            yield from breaking(facts, "duplicates")
            yield from overlong(facts)
            return
        yield why.ADDS_UNIQUE_CONSTRAINT.because(self.constraint.definition)
        yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"its index is built under the lock; {size}")
        yield from breaking(facts, FACT)

    @property
    def _is_online(self) -> bool:
        if self.constraint.type == "exclude":
            return False
        return not read_key(self.constraint.definition).has_periods
