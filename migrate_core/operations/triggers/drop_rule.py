"""dropRule: a rule is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, relation_in, replaced, unbound
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
from migrate_core.schema.triggers import FIRES, drop_rule


class DropRule(Operation, frozen=True, kw_only=True):
    """Drop a rule: what it did is not done from then on.

    Where something that it leans on changes, it comes back in the same plan, as soon after
    as the order allows.
    """

    effect: ClassVar[Effect] = Effect.DROP
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    name: str
    was: Rule | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.RULE, self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, rule in delta.dropped_parts(Rule):
            yield cls(table=table.name, name=rule.name, was=rule)

    def bind(self, graph: SchemaGraph) -> Self:
        was = relation_in(graph, self.table, self).rule(self.name)
        if was is None:
            raise unbound(self, f"rule {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Rule, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(drop_rule(self.table, self.name)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createRule", table=self.table, rule=self.was)

    def takes_away(self, graph: SchemaGraph) -> str:
        """What it refused or did beside is done otherwise without an error."""
        relation = graph.relation(self.table)
        was_on = self.was is None or self.was.enabled in FIRES
        gone = was_on and relation is not None and relation.rule(self.name) is None
        return f"what rule {self.name} makes of statements" if gone else ""

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_RULE.because(self.was.definition if self.was else self.label)
