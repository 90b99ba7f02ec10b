"""dropDomain: a domain is dropped."""

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
from migrate_core.schema.definitions import Domain
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref


class DropDomain(Operation, frozen=True, kw_only=True):
    """Drop a domain that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: Domain | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.DOMAIN, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.dropped(Domain):
            refuse_parking(delta, Ref.of(ObjectKind.DOMAIN, old.name), str(old.name))
            yield cls(name=old.name, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Domain, self.name)
        if was is None:
            raise unbound(self, f"domain {self.label} does not exist")
        for table in graph.tables:
            for column in table.columns:
                if is_of(column, str(self.name)):
                    raise unbound(self, f"column {table.name}.{column.name} is of that type")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Domain, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP DOMAIN {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        return make("createDomain", domain=self.was) if self.was else None

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (parked_users(str(self.name)),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_OBJECT.because(f"over {self.was.type}" if self.was else self.label)
        yield from hindrances(facts, PARKED_USERS)
