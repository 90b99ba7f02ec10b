"""alterTrigger: a trigger does something else, or fires at other times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, relation_in, replaced, unbound
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
from migrate_core.schema.triggers import FIRES, alter_trigger, create_trigger


class AlterTrigger(Operation, frozen=True, kw_only=True):
    """Change what a trigger does, or when it is on.

    CREATE OR REPLACE TRIGGER leaves no moment without it, but switches it on: its state is
    set again in the same transaction, and so is a constraint trigger dropped and made.
    """

    effect: ClassVar[Effect] = Effect.ALTER
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    trigger: Trigger
    was: Trigger | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TRIGGER, self.table, self.trigger.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Trigger):
            if (old.definition, old.enabled) != (new.definition, new.enabled):
                becomes = new if old.definition != new.definition else _switched(old, new)
                yield cls(table=table.name, trigger=becomes, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = relation_in(graph, self.table, self).trigger(self.trigger.name)
        if was is None:
            raise unbound(self, f"trigger {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.trigger))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.was is None:
            return (stage(*create_trigger(self.table, self.trigger)),)
        return (stage(*alter_trigger(self.table, self.was, self.trigger)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterTrigger(table=self.table, trigger=self.was, was=self.trigger)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Where it is switched off: what it did goes missing without an error."""
        relation = graph.relation(self.table)
        trigger = relation.trigger(self.trigger.name) if relation else None
        was_on = self.was is None or self.was.enabled in FIRES
        if trigger is None or trigger.enabled in FIRES or not was_on:
            return ""
        return f"what trigger {trigger.name} writes or refuses"

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        if table := graph.table(self.table):
            yield from of_trigger(graph, table, self.trigger)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        state = f"{self.was.enabled if self.was else 'unknown'} becomes {self.trigger.enabled}"
        changed = self.was is None or self.was.definition != self.trigger.definition
        yield why.CHANGES_TRIGGER.because(self.trigger.definition if changed else state)


def _switched(old: Trigger, new: Trigger) -> Trigger:
    return msgspec.structs.replace(old, enabled=new.enabled)
