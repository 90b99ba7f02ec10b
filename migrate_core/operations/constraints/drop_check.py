"""dropCheck: rows need not satisfy a rule any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import dropped
from migrate_core.schema.cycles import later_parts
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import constraint_ref, drop_constraint


class DropCheck(Operation, frozen=True, kw_only=True):
    """Drop a check constraint: a catalog change."""

    effect: ClassVar[Effect] = Effect.DROP

    table: QualifiedName
    name: str
    was: Constraint | None = None

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in dropped(delta, "check"):
            yield cls(table=table.name, name=constraint.name, was=constraint)
        for gone in delta.dropped_tables(DropMode.PLAIN):
            for check in later_parts(delta.before, gone)[1]:
                yield cls(table=gone.name, name=check.name, was=check)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        was = table.constraint(self.name)
        if was is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if was.type != "check":
            raise unbound(self, f"{self.name} is a {was.type} constraint")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Constraint, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(drop_constraint(self.table, self.name)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("addCheck", table=self.table, constraint=self.was)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        rule = self.was.definition if self.was else self.name
        yield why.DROPS_CHECK.because(f"{rule}; {facts.describe()}")
