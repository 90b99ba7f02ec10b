"""alterRule: a rule does something else, or fires at other times."""

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
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Rule
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.triggers import alter_rule, create_rule, swallows


class AlterRule(Operation, frozen=True, kw_only=True):
    """Change what a rule does, or when it is on.

    CREATE OR REPLACE RULE leaves no moment without it and keeps its state.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    rule: Rule
    was: Rule | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.RULE, self.table, self.rule.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Rule):
            if (old.definition, old.enabled) != (new.definition, new.enabled):
                becomes = new if old.definition != new.definition else _switched(old, new)
                yield cls(table=table.name, rule=becomes, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = relation_in(graph, self.table, self).rule(self.rule.name)
        if was is None:
            raise unbound(self, f"rule {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.rule))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.was is None:
            return (stage(*create_rule(self.table, self.rule)),)
        return (stage(*alter_rule(self.table, self.was, self.rule)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterRule(table=self.table, rule=self.was, was=self.rule)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        state = f"{self.was.enabled if self.was else 'unknown'} becomes {self.rule.enabled}"
        changed = self.was is None or self.was.definition != self.rule.definition
        yield why.CHANGES_RULE.because(self.rule.definition if changed else state)
        if swallows(self.rule) and not (self.was and swallows(self.was)):
            yield why.SWALLOWS_WRITES.because(f"rule {self.rule.name}; {facts.describe()}")


def _switched(old: Rule, new: Rule) -> Rule:
    return msgspec.structs.replace(old, enabled=new.enabled)
