"""renameTable: a table gets another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.names import table_goes_by
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import NAMED_SINCE, follow_rename, usually_named
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import rename_table


class RenameTable(Operation, frozen=True, kw_only=True):
    """Rename a table; foreign keys and policies that name it follow by themselves.

    From 18 on a NOT NULL is a constraint that PostgreSQL named after the table: it is renamed
    along, so that the table is as if it had been created under its new name.
    """

    effect: ClassVar[Effect] = Effect.RENAME

    name: QualifiedName
    to: str
    not_null: tuple[str, ...] = ()  # columns whose NOT NULL is named after the table

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for answer in delta.answers.renames:
            if answer.old.kind is ObjectKind.TABLE:
                yield cls(name=answer.old.relation, to=answer.new)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.name, self)
        if graph.table(self.name.renamed(self.to)):
            raise unbound(self, f"table {self.name.renamed(self.to)} exists already")
        bound: Self = replaced(self, not_null=usually_named(table))
        return bound

    def new_name(self) -> str | None:
        return self.to

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return rename_table(graph, self.name, self.to)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("ALTER TABLE {table} RENAME TO {to}", table=self.name, to=self.to)
        rename = Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)
        if place.major < NAMED_SINCE:
            return (stage(rename),)
        now = self.name.renamed(self.to)
        follow = (
            statement
            for column in self.not_null
            for statement in follow_rename(now, (self.name.name, column), (self.to, column))
        )
        return (stage(rename, *follow),)

    def inverse(self, place: Place) -> Operation | None:
        name = self.name.renamed(self.to)
        return RenameTable(name=name, to=self.name.name, not_null=self.not_null)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"{self.name} becomes {self.name.renamed(self.to)}")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        yield table_goes_by(graph, self.name, self.name.renamed(self.to))
