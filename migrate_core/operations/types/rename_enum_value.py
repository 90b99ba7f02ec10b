"""renameEnumValue: a value of an enum type gets another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.enum_labels import rename_value
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref


class RenameEnumValue(Operation, frozen=True, kw_only=True):
    """Rename a value of an enum type: rows and constants that hold it follow by themselves.

    Only by an answer: one value that goes where another comes may as well be removed.
    """

    effect: ClassVar[Effect] = Effect.RENAME

    name: QualifiedName
    value: str
    to: str

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.ENUM, self.name)

    @property
    def label(self) -> str:
        return f"{self.subject}: {self.value}"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for answer in delta.answers.renames:
            if answer.old.kind is ObjectKind.ENUM and answer.old.part:
                yield cls(name=answer.old.relation, value=answer.old.part, to=answer.new)

    def bind(self, graph: SchemaGraph) -> Self:
        enum = graph.find(Enum, self.name)
        if enum is None:
            raise unbound(self, f"type {self.subject} does not exist")
        if self.value not in enum.values:
            raise unbound(self, f"type {self.subject} has no value {self.value}")
        if self.to in enum.values:
            raise unbound(self, f"type {self.subject} has the value {self.to} already")
        return self

    def new_name(self) -> str | None:
        return self.to

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return rename_value(graph, self.name, self.value, self.to)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "ALTER TYPE {name} RENAME VALUE {value} TO {to}",
            name=self.name,
            value=literal(self.value),
            to=literal(self.to),
        )
        return (stage(Statement(sql=sql)),)

    def inverse(self, place: Place) -> Operation | None:
        return RenameEnumValue(name=self.name, value=self.to, to=self.value)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RENAMES_ENUM_VALUE.because(f"{self.value} becomes {self.to}")
