"""addInheritance: a table inherits from another from now on."""

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
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import gained_parents
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref


class AddInheritance(Operation, frozen=True, kw_only=True):
    """Let a table inherit from another: queries of the parent read its rows too.

    PostgreSQL wants every column and check of the parent in it already; they stay its own.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    parent: QualifiedName

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INHERITANCE, self.table)

    @property
    def relation(self) -> QualifiedName | None:
        return self.table

    @property
    def label(self) -> str:
        return f"{self.table} from {self.parent}"

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def follows(self) -> frozenset[QualifiedName]:
        return frozenset({self.table, self.parent})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.after.tables:
            old = delta.origin.table(table.name) if table.inherits else None
            for parent in gained_parents(old, table) if old else ():
                yield cls(table=table.name, parent=parent)

    def bind(self, graph: SchemaGraph) -> Self:
        table, parent = table_in(graph, self.table, self), table_in(graph, self.parent, self)
        if self.parent in table.inherits:
            raise unbound(self, f"table {self.table} inherits from {self.parent} already")
        for column in parent.columns:
            if table.column(column.name) is None:
                raise unbound(self, f"column {self.table}.{column.name} does not exist")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table, lambda table: table.change(inherits=(*table.inherits, self.parent))
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("ALTER TABLE {table} INHERIT {parent}", table=self.table, parent=self.parent)
        also = ((self.parent, LockMode.SHARE_UPDATE_EXCLUSIVE),)
        return (
            stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, also=also)),
        )

    def inverse(self, place: Place) -> Operation | None:
        return make("dropInheritance", table=self.table, parent=self.parent)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_INHERITANCE.because(f"{self.parent} shows the rows of {self.table}")
