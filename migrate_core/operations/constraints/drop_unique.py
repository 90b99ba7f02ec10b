"""dropUnique: values may repeat from now on."""

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
from migrate_core.schema.constraint_changes import dropped, foreign_keys_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, attached_to
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Index
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import constraint_ref, drop_constraint, key_claim, no_longer_unique
from migrate_core.schema.serving import index_behind


class DropUnique(Operation, frozen=True, kw_only=True):
    """Drop a unique or an exclusion constraint, and its index with it.

    The lock is on the table, for a catalog change. A foreign key made for it goes first.
    """

    effect: ClassVar[Effect] = Effect.DROP
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    name: str
    was: Constraint | None = None
    partitions: tuple[Attached, ...] = ()  # what goes with it on its partitions

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in dropped(delta, "unique", "exclude"):
            parts = attached_to(delta.origin, table.name, constraint.name)
            yield cls(table=table.name, name=constraint.name, was=constraint, partitions=parts)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        was = table.constraint(self.name)
        if was is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if was.type not in ("unique", "exclude"):
            raise unbound(self, f"{self.name} is a {was.type} constraint")
        leaning = foreign_keys_on(graph, table, was)
        if leaning:
            raise unbound(self, f"{', '.join(leaning)} needs {self.name}: drop that first")
        if was.parent is not None:
            raise unbound(self, f"{self.label} is attached: it goes with {was.parent}")
        parts = attached_to(graph, self.table, self.name)
        bound: Self = replaced(self, was=was, partitions=parts)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Constraint, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(drop_constraint(self.table, self.name)),)

    def claims(self) -> frozenset[tuple[str, str]]:
        columns = self.was.columns if self.was else ()
        names = [(self.table.schema, self.name)]
        names += [(one.table.schema, one.part.name) for one in self.partitions]
        return frozenset({*names, key_claim(self.table, columns)})

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("addUnique", table=self.table, constraint=self.was, partitions=self.partitions)

    def takes_away(self, graph: SchemaGraph) -> str:
        table, was = graph.table(self.table), self.was
        if was is None or table is None:
            return ""
        if was.type == "exclude":
            same = (one for one in table.constraints if one.definition == was.definition)
            return "" if any(same) else f"{was.definition}, and no two rows that it keeps apart"
        return no_longer_unique(table, was.columns, was)

    def index_that_goes(self) -> Index | None:
        return index_behind(self.was) if self.was else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        rule = self.was.definition if self.was else self.name
        yield why.DROPS_UNIQUE_CONSTRAINT.because(f"{rule}; {facts.describe()}")
