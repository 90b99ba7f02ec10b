"""createEnum: an enum type is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_clauses import created


class CreateEnum(Operation, frozen=True, kw_only=True):
    """Create an enum type with its values in order."""

    effect: ClassVar[Effect] = Effect.CREATE

    name: QualifiedName
    values: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.ENUM, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for enum in delta.added(Enum):
            yield cls(name=enum.name, values=enum.values, comment=enum.comment)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Enum, self.name):
            raise unbound(self, f"type {self.label} exists already")
        if len(set(self.values)) < len(self.values):
            raise unbound(self, "a value is listed twice")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self._enum)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*created(self._enum)),)

    @property
    def _enum(self) -> Enum:
        return Enum(name=self.name, values=self.values, comment=self.comment)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropEnum", name=self.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(", ".join(self.values) or "without values")
