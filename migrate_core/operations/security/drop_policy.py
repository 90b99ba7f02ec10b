"""dropPolicy: a row security policy is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Policy
from migrate_core.schema.policies import drop_policy, made_anew
from migrate_core.schema.refs import ObjectKind, Ref


class DropPolicy(Operation, frozen=True, kw_only=True):
    """Drop a row security policy: a catalog change that takes effect at once.

    Without a permissive one rows are hidden; without a restrictive one they are shown, and
    until the new form of a changed one is created, too: that is the greater risk.
    """

    effect: ClassVar[Effect] = Effect.DROP

    table: QualifiedName
    name: str
    was: Policy | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.POLICY, self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, policy in delta.dropped_parts(Policy):
            yield cls(table=table.name, name=policy.name, was=policy)
        for table, old, new in delta.changed_parts(Policy):
            if made_anew(old, new):
                yield cls(table=table.name, name=old.name, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = table_in(graph, self.table, self).policy(self.name)
        if was is None:
            raise unbound(self, f"policy {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Policy, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(drop_policy(self.table, self.name)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createPolicy", table=self.table, policy=self.was)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.was is None or not self.was.permissive:
            yield why.RLS_CHANGE.because("rows it hid become visible", level=Level.HIGH)
        else:
            roles = ", ".join(self.was.roles)
            yield why.RLS_CHANGE.because(f"hides rows from {roles} for {self.was.command}")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        table = graph.table(self.table)
        if table and table.row_security and not table.policies:
            yield why.RLS_WITHOUT_POLICY.because(f"nothing shows a row of {table.name}")
