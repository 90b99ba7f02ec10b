"""addPrimaryKey: a table gets its primary key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, ddl
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.index_rows import overlong, too_long
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, duplicates
from migrate_core.schema.constraint_changes import added
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, taken_names, to_attach, with_attached
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import promoted
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.partitioned_keys import add_only, on_partitions
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_key,
    columns_in_words,
    completed,
    constraint_ref,
    index_of,
    only_primary_key,
    read_key,
)


class AddPrimaryKey(Operation, frozen=True, kw_only=True):
    """Add a primary key.

    Its columns must forbid NULL first: ADD PRIMARY KEY would read the whole table for that
    under ACCESS EXCLUSIVE, USING INDEX too. Then the index is built concurrently and the
    constraint takes it. `nullable` are the key columns that allowed NULL before.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint_using_index".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    constraint: Constraint
    nullable: tuple[str, ...] = ()
    not_nulls: tuple[tuple[str, str], ...] = ()  # columns, and names (18) that are taken
    partitioned: bool = False
    partitions: tuple[Attached, ...] = ()  # what its partitions have attached to it

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.constraint.name)

    def claims(self) -> frozenset[tuple[str, str]]:
        name = (self.table.schema, self.constraint.name)
        return frozenset({name, only_primary_key(self.table)})

    @property
    def label(self) -> str:
        return f"{self.table} {columns_in_words(self.constraint)}"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        taken = {(table.name, key.name) for table, _, key in promoted(delta)}
        for table, constraint in added(delta, "primary key"):
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
        if self.constraint.type != "primary key":
            raise unbound(self, f"{self.constraint.name} is a {self.constraint.type} constraint")
        if table.primary_key:
            raise unbound(self, f"table {self.table} has one: {table.primary_key.name}")
        if table.constraint(self.constraint.name) or table.index(self.constraint.name):
            raise unbound(self, f"the name {self.subject} is taken")
        constraint = completed(self.constraint, table)
        found = {column.name: column for column in table.columns}
        for name in constraint.columns:
            if name not in found:
                raise unbound(self, f"column {self.table}.{name} does not exist")
        nullable = tuple(name for name in constraint.columns if not found[name].not_null)
        bound: Self = replaced(
            self,
            constraint=constraint,
            nullable=nullable,
            not_nulls=taken_names(graph, self.table, (found[name] for name in nullable)),
            partitioned=table.partition_key is not None,
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            for name in self.constraint.columns:
                table = table.change_column(name, not_null=True)
            return table

        graph = graph.edit(self.table, change)
        graph = graph.edit_only(self.table, lambda table: table.with_part(self.constraint))
        return with_attached(graph, self.partitions)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        names = dict(self.not_nulls)
        required = (
            stage
            for name in self.nullable
            for stage in forbid_null(
                self.table, name, helper=place.helper(name), name=names.get(name)
            )
        )
        helper = place.helper(self.constraint.name)
        if self.partitioned:
            key = add_only(self.table, self.constraint)
            return (*required, key, *on_partitions(self.partitions, helper))
        return (*required, *add_key(self.table, self.constraint, helper=helper))

    def inverse(self, place: Place) -> Operation | None:
        return make(
            "dropPrimaryKey",
            table=self.table,
            name=self.constraint.name,
            nullable=self.nullable,
            was=self.constraint,
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if graph.table(self.table) is None:
            return ()
        nulls = " OR ".join(ddl("{column} IS NULL", column=name) for name in self.nullable)
        null_rows = Probe(
            fact="null_rows",
            question=f"rows hold NULL in {' or '.join(self.nullable)}",
            query=counted(self.table, nulls),
        )
        repeated = duplicates(graph, self.table, self.constraint.columns)
        if self._has_periods:
            return (null_rows,) if nulls else ()
        long = too_long(graph, self.table, index_of(self.constraint))
        return (null_rows, repeated, *long) if nulls else (repeated, *long)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        size = facts.describe()
        yield why.ADDS_PRIMARY_KEY.because(f"{columns_in_words(self.constraint)}; {size}")
        if self.nullable:
            columns = ", ".join(self.nullable)
            yield why.CHANGES_COLUMN_NULLABLE_TO_NOT_NULL.because(f"{columns}; {size}")
            yield from breaking(facts, "null_rows")
        if self._has_periods:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"no online way for periods; {size}")
            yield why.NOT_MEASURED.because("rows that overlap are not counted")
        else:
            yield from breaking(facts, "duplicates")
            yield from overlong(facts)

    @property
    def _has_periods(self) -> bool:
        return read_key(self.constraint.definition).has_periods
