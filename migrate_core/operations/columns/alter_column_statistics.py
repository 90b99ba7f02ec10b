"""alterColumnStatistics: how closely ANALYZE looks at a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Value
from migrate_core.schema.refs import Ref
from migrate_core.schema.storage import column_settings


class Statistics(Value, frozen=True, kw_only=True):
    target: int | None = None  # none: default_statistics_target
    options: tuple[str, ...] = ()  # "n_distinct=-0.5"


class AlterColumnStatistics(Operation, frozen=True, kw_only=True):
    """Change a column's statistics target, or what ANALYZE takes for its distinct values."""

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str
    to: Statistics
    was: Statistics | None = None

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            if _of(old) != _of(new):
                yield cls(table=table.name, column=new.name, to=_of(new), was=_of(old))

    def bind(self, graph: SchemaGraph) -> Self:
        column = table_in(graph, self.table, self).column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        bound: Self = replaced(self, was=_of(column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table,
            lambda table: table.change_column(
                self.column, statistics=self.to.target, options=self.to.options
            ),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        old, new = self._column(self.was or Statistics()), self._column(self.to)
        return (stage(*column_settings(self.table, old, new)),)

    def _column(self, found: Statistics) -> Column:
        return Column(name=self.column, type="", statistics=found.target, options=found.options)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterColumnStatistics(table=self.table, column=self.column, to=self.was, was=self.to)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("it counts from the next ANALYZE on")


def _of(column: Column) -> Statistics:
    return Statistics(target=column.statistics, options=column.options)
