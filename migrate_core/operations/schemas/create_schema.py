"""createSchema: a schema is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Schema
from migrate_core.schema.refs import ObjectKind, Ref


class CreateSchema(Operation, frozen=True, kw_only=True):
    """Create a schema."""

    effect: ClassVar[Effect] = Effect.CREATE

    name: str
    comment: str | None = None

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.SCHEMA, name=self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for schema in delta.added(Schema):
            yield cls(name=schema.name, comment=schema.comment)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Schema, self.name):
            raise unbound(self, f"schema {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(Schema(name=self.name, comment=self.comment))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        create = Statement(sql=ddl("CREATE SCHEMA {name}", name=self.name))
        return (stage(create, *comment_on(self.subject, self.comment)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropSchema", name=self.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(f"schema {self.label}")
