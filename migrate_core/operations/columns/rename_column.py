"""renameColumn: a column gets another name."""

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
from migrate_core.operations.expansion import in_two
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.clashing import clashing
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import NAMED_SINCE, follow_rename, usually_named
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import rename_column


class RenameColumn(Operation, frozen=True, kw_only=True):
    """Rename a column; constraints, indexes and policies follow it by themselves.

    From 18 on its NOT NULL is a constraint that PostgreSQL named after it: that is renamed
    along, so that the column is as if it had been created under its new name. Made safe, it
    is expandColumn, and contractColumn in a second migration.
    """

    effect: ClassVar[Effect] = Effect.RENAME

    table: QualifiedName
    column: str
    to: str
    not_null: bool = False  # it forbids NULL, by a constraint that is named after it

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for answer in delta.answers.renames:
            if answer.old.kind is ObjectKind.COLUMN:
                yield cls(table=answer.old.relation, column=answer.old.part, to=answer.new)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if table.column(self.column) is None:
            raise unbound(self, f"column {self.label} does not exist")
        if table.column(self.to):
            raise unbound(self, f"column {column_ref(self.table, self.to)} exists already")
        bound: Self = replaced(self, not_null=self.column in usually_named(table))
        return bound

    def new_name(self) -> str | None:
        return self.to

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return rename_column(graph, self.table, self.column, self.to)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "ALTER TABLE {table} RENAME COLUMN {column} TO {to}",
            table=self.table,
            column=self.column,
            to=self.to,
        )
        rename = Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, inherited=True)
        if place.major < NAMED_SINCE or not self.not_null:
            return (stage(rename),)
        table = self.table.name
        follow = follow_rename(self.table, (table, self.column), (table, self.to))
        return (stage(rename, *follow),)

    def inverse(self, place: Place) -> Operation | None:
        return RenameColumn(
            table=self.table, column=self.to, to=self.column, not_null=self.not_null
        )

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        """Both names for a while, each kept in step with the other."""
        after = self.apply(graph).table(self.table)
        column = after.column(self.to) if after else None
        return in_two(graph, self.table, self.column, column) if column else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RENAME_COLUMN.because(f"{self.column} becomes {self.to}")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        yield from clashing(graph, self.table, self.to)
