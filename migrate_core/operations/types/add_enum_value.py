"""addEnumValue: an enum type gets one more value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, raw, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_changes import only_adds_values


class AddEnumValue(Operation, frozen=True, kw_only=True):
    """Add a value to an enum type: at the end, or next to one that is there.

    A transaction cannot use a value it has added, so it commits before whatever comes
    next. PostgreSQL cannot take a value away again: there is no inverse.
    Source: PostgreSQL documentation, ALTER TYPE, "ADD VALUE" and "Notes".
    """

    effect: ClassVar[Effect] = Effect.ALTER

    name: QualifiedName
    value: str
    before: str | None = None
    after: str | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.ENUM, self.name)

    @property
    def label(self) -> str:
        return f"{self.subject}: {self.value}"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Enum):
            if only_adds_values(old, new):
                yield from cls._additions(old, new)

    @classmethod
    def _additions(cls, old: Enum, new: Enum) -> Iterator[Self]:
        """In the new order, so that the value before each is there by then."""
        last = max((new.values.index(value) for value in old.values), default=-1)
        for at, value in enumerate(new.values):
            if value in old.values:
                continue
            if at > last:
                yield cls(name=new.name, value=value)
            elif at == 0:
                yield cls(name=new.name, value=value, before=old.values[0])
            else:
                yield cls(name=new.name, value=value, after=new.values[at - 1])

    def bind(self, graph: SchemaGraph) -> Self:
        enum = graph.find(Enum, self.name)
        if enum is None:
            raise unbound(self, f"type {self.subject} does not exist")
        if self.value in enum.values:
            raise unbound(self, f"type {self.subject} has the value {self.value} already")
        if self.before is not None and self.after is not None:
            raise unbound(self, "it cannot be before one value and after another")
        beside = self.before if self.before is not None else self.after
        if beside is not None and beside not in enum.values:
            raise unbound(self, f"type {self.subject} has no value {beside}")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        enum = graph.find(Enum, self.name)
        if enum is None:
            return graph
        at = self._place(enum.values)
        values = (*enum.values[:at], self.value, *enum.values[at:])
        return graph.put(msgspec.structs.replace(enum, values=values))

    def _place(self, values: tuple[str, ...]) -> int:
        if self.before in values:
            return values.index(self.before)
        return values.index(self.after) + 1 if self.after in values else len(values)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        beside = ""
        if self.before is not None:
            beside = f" BEFORE {literal(self.before)}"
        elif self.after is not None:
            beside = f" AFTER {literal(self.after)}"
        sql = ddl(
            "ALTER TYPE {name} ADD VALUE {value}{beside}",
            name=self.name,
            value=literal(self.value),
            beside=raw(beside),
        )
        return (stage(Statement(sql=sql)),)

    def inverse(self, place: Place) -> Operation | None:
        return None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ADDS_ENUM_VALUE.because(self.label)
        yield why.NO_INVERSE.because("PostgreSQL has no DROP VALUE")
