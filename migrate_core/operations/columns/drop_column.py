"""dropColumn: a column is dropped for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    Safer,
    replaced,
    table_in,
    unbound,
)
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.families import left_behind
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import Ref
from migrate_core.schema.removal import ColumnParts, column_parts, without_column
from migrate_core.schema.rules import drop_constraint

_HELD_BY_INDEX = frozenset({"primary key", "unique", "exclude"})


class DropColumn(Operation, frozen=True, kw_only=True):
    """Drop a column and everything that hangs on it alone; its values are lost.

    Its foreign keys go first, in a transaction of their own: dropping one locks the
    referenced table too. `was` remembers the definition, never the values. Made safe, it is
    softDropColumn.
    """

    effect: ClassVar[Effect] = Effect.DROP
    loses_data: ClassVar[bool] = True

    table: QualifiedName
    column: str
    was: ColumnParts | None = None
    only: bool = False  # what inherits it keeps it as its own

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        kept = set(left_behind(delta.origin, delta.after))
        for table, column in delta.dropped_columns(DropMode.PLAIN):
            parts = column_parts(delta.before, table, column)
            only = (table.name, column.name) in kept
            yield cls(table=table.name, column=column.name, was=parts, only=only)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        bound: Self = replaced(self, was=column_parts(graph, table, column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        if not self.only:
            return without_column(graph, self.table, self.column)
        for name in graph.children.get(self.table, ()):
            graph = graph.edit_only(name, lambda t: t.change_column(self.column, local=True))
        return without_column(graph, self.table, self.column)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        drop = ddl(
            "ALTER TABLE {only}{table} DROP COLUMN {column}",
            only=raw("ONLY " if self.only else ""),
            table=self.table,
            column=self.column,
        )
        exclusive = LockMode.ACCESS_EXCLUSIVE
        last = Statement(sql=drop, lock=exclusive, on=self.table, inherited=True)
        return (*self._foreign_keys(), stage(last))

    def _foreign_keys(self) -> Iterator[Stage]:
        for key in self.was.constraints if self.was else ():
            if key.references:
                yield stage(drop_constraint(self.table, key.name, key.references))

    def _indexes(self) -> tuple[str, ...]:
        if self.was is None:
            return ()
        keys = (c.name for c in self.was.constraints if c.type in _HELD_BY_INDEX)
        return (*(index.name for index in self.was.indexes), *keys)

    def inverse(self, place: Place) -> Operation | None:
        """The column, its constraints and indexes; its values are gone."""
        if self.was is None or self.only:
            return None
        return make("restoreColumn", table=self.table, was=self.was)

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        if self.only:
            return None
        return Safer(instead=(make("softDropColumn", table=self.table, column=self.column),))

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.PLAIN),))

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_COLUMN_WITH_DATA.because(facts.describe())
        if gone := self._indexes():
            yield why.DROPS_INDEX_ALONG.because(f"{', '.join(gone)}; {facts.describe()}")
        if self.only:
            yield why.NO_INVERSE.because("what inherits the column keeps it as its own")

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        """Indexes that only partitions have on a column which goes from all of them."""
        tables = (graph.table(name) for name in graph.children.get(self.table, ()))
        found = [
            index.name
            for table in tables
            for index in (table.indexes if table else ())
            if self.column in index.columns and index.parent is None
        ]
        if found:
            yield why.DROPS_INDEX_ALONG.because(f"{', '.join(found)}, of partitions")
