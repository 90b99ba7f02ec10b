"""createDomain: a domain is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Domain
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_clauses import created


class CreateDomain(Operation, frozen=True, kw_only=True):
    """Create a domain.

    A check that is not validated can only be added to one that stands.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    domain: Domain

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.DOMAIN, self.domain.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for new in delta.added(Domain):
            yield cls(domain=new)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Domain, self.domain.name):
            raise unbound(self, f"type {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.domain)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*created(self.domain)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropDomain", name=self.domain.name, was=self.domain)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(f"over {self.domain.type}")
