"""createTrigger: a trigger is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, relation_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.triggers import of_trigger
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Trigger
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.triggers import create_trigger


class CreateTrigger(Operation, frozen=True, kw_only=True):
    """Create a trigger on a table or a view, and say when it fires.

    Writes that are under way are waited for; reads go on.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    trigger: Trigger

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TRIGGER, self.table, self.trigger.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, trigger in delta.added_parts(Trigger):
            if not trigger.inherited:
                yield cls(table=table.name, trigger=trigger)

    def bind(self, graph: SchemaGraph) -> Self:
        if relation_in(graph, self.table, self).trigger(self.trigger.name):
            raise unbound(self, f"trigger {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.trigger))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*create_trigger(self.table, self.trigger)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropTrigger", table=self.table, name=self.trigger.name, was=self.trigger)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_TRIGGER.because(self.trigger.definition)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """The columns that its function names may come in the same plan."""
        if table := graph.table(self.table):
            yield from of_trigger(graph, table, self.trigger)
