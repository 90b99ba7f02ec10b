"""alterColumnNullable: NULL is forbidden in a column, or allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.families import taken_names
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import Ref


class AlterColumnNullable(Operation, frozen=True, kw_only=True):
    """Forbid NULL in a column, or allow it.

    A plain SET NOT NULL reads the whole table under ACCESS EXCLUSIVE. PostgreSQL 12 and
    later skip that scan when a valid CHECK already proves the rule, so the scan is moved
    under VALIDATE CONSTRAINT, which lets reads and writes go on. It must be a stage of its
    own: within one transaction the first lock would still be held.
    Source: PostgreSQL documentation, ALTER TABLE, "SET NOT NULL".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    column: str
    nullable: bool
    constraint: str | None = None  # the name of it (18), where PostgreSQL would choose another

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            if old.not_null != new.not_null:
                yield cls(table=table.name, column=new.name, nullable=not new.not_null)
        for table, added in delta.added_parts(Column):
            filled = column_ref(table.name, added.name) in delta.answers.backfill_of
            if added.not_null and filled and not added.generated:
                yield cls(table=table.name, column=added.name, nullable=False)

    def bind(self, graph: SchemaGraph) -> Self:
        column = table_in(graph, self.table, self).column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        if column.not_null != self.nullable:
            raise unbound(self, f"column {self.label} {_state(self.nullable)} already")
        names = () if self.nullable else taken_names(graph, self.table, [column])
        bound: Self = replaced(self, constraint=names[0][1] if names else None)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table,
            lambda table: table.change_column(
                self.column, not_null=not self.nullable, not_null_rule=None
            ),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if not self.nullable:
            helper = place.helper(self.column)
            return forbid_null(self.table, self.column, helper=helper, name=self.constraint)
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL",
            table=self.table,
            column=self.column,
        )
        return (
            stage(
                Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, inherited=True)
            ),
        )

    def inverse(self, place: Place) -> Operation | None:
        return AlterColumnNullable(table=self.table, column=self.column, nullable=not self.nullable)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if self.nullable:
            return ()
        where = ddl("{column} IS NULL", column=self.column)
        return (
            Probe(
                fact="null_rows",
                question=f"rows hold NULL in {self.column}",
                query=counted(self.table, where),
                sample=sampled(graph, self.table, where),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.nullable:
            yield why.ALLOWS_NULL.because("metadata only")
            return
        yield why.CHANGES_COLUMN_NULLABLE_TO_NOT_NULL.because(
            f"validated while reads and writes go on; {facts.describe()}"
        )
        yield from breaking(facts, "null_rows")


def _state(nullable: bool) -> str:
    return "allows NULL" if nullable else "forbids NULL"
