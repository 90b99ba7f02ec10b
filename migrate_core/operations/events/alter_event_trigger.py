"""alterEventTrigger: an event trigger is switched on or off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Definition, remade
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref


class AlterEventTrigger(Operation, frozen=True, kw_only=True):
    """Say when an event trigger fires: `then` is the ALTER, none for the usual state."""

    effect: ClassVar[Effect] = Effect.ALTER

    name: str
    then: tuple[str, ...] = ()
    was: tuple[str, ...] | None = None

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.EVENT_TRIGGER, name=self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.definitions(ObjectKind.EVENT_TRIGGER, "changed"):
            if old.then != new.then and not remade(old, new):
                yield cls(name=new.name, then=new.then, was=old.then)

    def bind(self, graph: SchemaGraph) -> Self:
        found = self._found(graph)
        if found is None:
            raise unbound(self, f"event trigger {self.name} does not exist")
        bound: Self = replaced(self, was=found.then)
        return bound

    def _found(self, graph: SchemaGraph) -> Definition | None:
        return graph.find(Definition, (ObjectKind.EVENT_TRIGGER.value, self.name))

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        found = self._found(graph)
        return graph.put(msgspec.structs.replace(found, then=self.then)) if found else graph

    def stages(self, place: Place) -> tuple[Stage, ...]:
        enable = ddl("ALTER EVENT TRIGGER {name} ENABLE", name=raw(self.name))
        return (
            stage(
                *(Statement(sql=ddl("{text}", text=raw(text))) for text in self.then or (enable,))
            ),
        )

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterEventTrigger(name=self.name, then=self.was, was=self.then)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_TRIGGER.because("; ".join(self.then) or f"{self.name} is enabled")
