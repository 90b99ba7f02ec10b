"""addGeneratedColumn: a column computed from others is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import Ref
from migrate_core.schema.storage import column_settings


class AddGeneratedColumn(Operation, frozen=True, kw_only=True):
    """Add a generated column. A stored one writes every row under ACCESS EXCLUSIVE; a
    virtual one (18) is metadata. Source: measured on 15 and 18.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    column: Column

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, column in delta.added_parts(Column):
            if column.generated:
                yield cls(table=table.name, column=column)

    def bind(self, graph: SchemaGraph) -> Self:
        if self.column.generated is None:
            raise unbound(self, f"column {self.label} has no generation expression")
        if table_in(graph, self.table, self).column(self.column.name):
            raise unbound(self, f"column {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.column))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        add = ddl(
            "ALTER TABLE {table} ADD COLUMN {clause}",
            table=self.table,
            clause=column_clause(self.column),
        )
        exclusive = LockMode.ACCESS_EXCLUSIVE
        statement = Statement(
            sql=add, lock=exclusive, on=self.table, rewrites=self._is_stored, inherited=True
        )
        settings = column_settings(self.table, None, self.column)
        return (stage(statement, *settings, *comment_on(self.subject, self.column.comment)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropColumn", table=self.table, column=self.column.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self._is_stored:
            yield why.REBUILDS_TABLE.because(f"a stored value for every row; {facts.describe()}")
        else:
            yield why.ADDS_NULLABLE_COLUMN.because("virtual: computed when it is read")

    @property
    def _is_stored(self) -> bool:
        return self.column.generated is not None and self.column.generated.stored
