"""alterGenerated: a generated column gets another expression, or becomes a plain one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.triggers import may_change
from migrate_core.schema.clauses import column_clause, comment_on, constraint_clause
from migrate_core.schema.concurrent import create_index
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Generated
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts, column_parts
from migrate_core.schema.storage import column_settings

SET_EXPRESSION = 17  # the first major that has ALTER COLUMN ... SET EXPRESSION


class AlterGenerated(Operation, frozen=True, kw_only=True):
    """Change what a generated column computes, or keep its values as a plain column.

    Before 17, and between stored and virtual, the column is made again in one transaction
    with the constraints and indexes on it: its values are computed, so none is lost.
    """

    effect: ClassVar[Effect] = Effect.ALTER
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    column: str
    to: Generated | None = None  # None: a plain column that keeps its values
    was: ColumnParts | None = None

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            kept = new.generated or (old.generated and old.generated.stored)
            if old.generated and old.generated != new.generated and kept:
                found = delta.before.table(table.name) or table
                parts = column_parts(delta.before, found, old)
                yield cls(table=table.name, column=new.name, to=new.generated, was=parts)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None or column.generated is None:
            raise unbound(self, f"{self.label} is not a generated column")
        bound: Self = replaced(self, was=column_parts(graph, table, column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table, lambda table: table.change_column(self.column, generated=self.to)
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.to is None:
            return (stage(self._alter("DROP EXPRESSION")),)
        if place.major >= SET_EXPRESSION and self._keeps_storage:
            action = f"SET EXPRESSION AS ({raw(self.to.expression)})"
            return (stage(self._alter(action, rewrites=self.to.stored)),)
        return (stage(*self._made_again(self.to)),)

    @property
    def _keeps_storage(self) -> bool:
        old = self.was.column.generated if self.was else None
        return old is not None and self.to is not None and old.stored == self.to.stored

    def _alter(self, action: str, *, rewrites: bool = False) -> Statement:
        return self._on_table(
            ddl("ALTER COLUMN {column} {action}", column=self.column, action=raw(action)),
            rewrites=rewrites,
        )

    def _on_table(self, action: str, *, rewrites: bool = False) -> Statement:
        sql = ddl("ALTER TABLE {table} {action}", table=self.table, action=raw(action))
        exclusive = LockMode.ACCESS_EXCLUSIVE
        return Statement(sql=sql, lock=exclusive, on=self.table, rewrites=rewrites, inherited=True)

    def _made_again(self, to: Generated) -> Iterator[Statement]:
        if self.was is None:
            return
        column = msgspec.structs.replace(self.was.column, generated=to)
        yield self._on_table(ddl("DROP COLUMN {column}", column=self.column))
        yield self._on_table(f"ADD COLUMN {column_clause(column)}", rewrites=to.stored)
        yield from column_settings(self.table, None, column)
        for constraint in self.was.constraints:
            yield self._on_table(f"ADD {constraint_clause(constraint)}", rewrites=True)
        for index in self.was.indexes:
            create = create_index(self.table, index)
            yield replaced(create, lock=LockMode.SHARE, on=self.table, scans=True)
            ref = Ref.of(ObjectKind.INDEX, self.table, index.name)
            yield from comment_on(ref, index.comment)
        yield from comment_on(self.subject, column.comment)

    def takes_away(self, graph: SchemaGraph) -> str:
        """By a trigger the column may be filled from now on."""
        table = graph.table(self.table)
        column = table.column(self.column) if table and self.to is None else None
        if table is None or column is None or column.generated or column.default:
            return ""
        if any(may_change(graph, trigger, self.column) for trigger in table.triggers):
            return ""
        return f"what {self.column} was computed by: new rows have it NULL"

    def disturbs(self) -> frozenset[Ref]:
        return frozenset({self.subject})

    def inverse(self, place: Place) -> Operation | None:
        """A plain column cannot become a generated one again."""
        if self.was is None or self.to is None:
            return None
        now = msgspec.structs.replace(self.was.column, generated=self.to)
        return AlterGenerated(
            table=self.table,
            column=self.column,
            to=self.was.column.generated,
            was=msgspec.structs.replace(self.was, column=now),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.to is None:
            yield why.CHANGES_METADATA.because("the values stay, and are computed no more")
            yield why.NO_INVERSE.because("a plain column cannot become a generated one")
        elif self.to.stored:
            yield why.REBUILDS_TABLE.because(f"every value is computed anew; {facts.describe()}")
        else:
            yield why.CHANGES_METADATA.because("virtual: computed when it is read")
