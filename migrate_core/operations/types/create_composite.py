"""createComposite: a composite type is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Composite
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_clauses import created


class CreateComposite(Operation, frozen=True, kw_only=True):
    """Create a composite type with its attributes in order."""

    effect: ClassVar[Effect] = Effect.CREATE

    composite: Composite

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.COMPOSITE, self.composite.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for new in delta.added(Composite):
            yield cls(composite=new)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Composite, self.composite.name):
            raise unbound(self, f"type {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.composite)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*created(self.composite)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropComposite", name=self.composite.name, was=self.composite)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(
            ", ".join(a.name for a in self.composite.attributes) or "without attributes"
        )
