"""createRule: a rule is created."""

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
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Rule
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.triggers import create_rule, swallows


class CreateRule(Operation, frozen=True, kw_only=True):
    """Create a rewrite rule on a table or a view.

    Whatever reads or writes the relation waits until it is there.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    rule: Rule

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.RULE, self.table, self.rule.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, rule in delta.added_parts(Rule):
            yield cls(table=table.name, rule=rule)

    def bind(self, graph: SchemaGraph) -> Self:
        if relation_in(graph, self.table, self).rule(self.rule.name):
            raise unbound(self, f"rule {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.rule))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*create_rule(self.table, self.rule)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropRule", table=self.table, name=self.rule.name, was=self.rule)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_RULE.because(self.rule.definition)
        if swallows(self.rule):
            yield why.SWALLOWS_WRITES.because(f"rule {self.rule.name}; {facts.describe()}")
