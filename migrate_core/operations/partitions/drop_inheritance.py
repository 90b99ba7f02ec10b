"""dropInheritance: a table no longer inherits from another."""

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
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.families import lost_parents
from migrate_core.schema.following import disinherited
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref


class DropInheritance(Operation, frozen=True, kw_only=True):
    """Take a table out of those that inherit from another; it keeps its columns and rows.

    A table that is parked is taken out too, or its rows would be read through the parent.
    """

    effect: ClassVar[Effect] = Effect.ALTER

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

    def precedes(self) -> frozenset[QualifiedName]:
        return frozenset({self.table, self.parent})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.origin.tables:
            if not table.inherits:
                continue
            new = delta.after.table(table.name)
            parked = new is None and delta.table_mode(table.name) is not DropMode.PLAIN
            lost = lost_parents(table, new) if new else table.inherits if parked else ()
            for parent in lost:
                yield cls(table=table.name, parent=parent)

    def bind(self, graph: SchemaGraph) -> Self:
        if self.parent not in table_in(graph, self.table, self).inherits:
            raise unbound(self, f"table {self.table} does not inherit from {self.parent}")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        table = graph.table(self.table)
        if table is None:
            return graph
        others = [graph.table(name) for name in table.inherits if name != self.parent]
        known = [other for other in others if other is not None]
        return graph.edit(self.table, lambda found: disinherited(found, self.parent, known))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("ALTER TABLE {table} NO INHERIT {parent}", table=self.table, parent=self.parent)
        also = ((self.parent, LockMode.ACCESS_SHARE),)
        return (
            stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, also=also)),
        )

    def inverse(self, place: Place) -> Operation | None:
        return make("addInheritance", table=self.table, parent=self.parent)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Nothing where either of them goes as well."""
        both = graph.table(self.table) is not None and graph.table(self.parent) is not None
        return f"the rows of {self.table} in {self.parent}" if both else ""

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_INHERITANCE.because(f"{self.parent} hides the rows of {self.table}")
