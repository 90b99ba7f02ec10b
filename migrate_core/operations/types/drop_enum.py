"""dropEnum: an enum type is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.dropped_types import (
    PARKED_USERS,
    is_of,
    parked_users,
    refuse_parking,
)
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref


class DropEnum(Operation, frozen=True, kw_only=True):
    """Drop an enum type that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: Enum | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.ENUM, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for enum in delta.dropped(Enum):
            refuse_parking(delta, Ref.of(ObjectKind.ENUM, enum.name), str(enum.name))
            yield cls(name=enum.name, was=enum)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Enum, self.name)
        if was is None:
            raise unbound(self, f"type {self.label} does not exist")
        for table in graph.tables:
            for column in table.columns:
                if is_of(column, str(self.name)):
                    raise unbound(self, f"column {table.name}.{column.name} is of that type")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Enum, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP TYPE {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createEnum", name=self.name, values=self.was.values, comment=self.was.comment)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (parked_users(str(self.name)),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        values = ", ".join(self.was.values) if self.was else self.label
        yield why.DROPS_OBJECT.because(values)
        yield from hindrances(facts, PARKED_USERS)
