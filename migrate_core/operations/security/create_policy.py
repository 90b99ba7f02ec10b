"""createPolicy: a row security policy is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.refusing import by_policy
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Policy
from migrate_core.schema.policies import (
    create_policy,
    hidden_from,
    made_anew,
    new_rows,
    opens_all,
    shown_more,
    written_more,
)
from migrate_core.schema.refs import ObjectKind, Ref


class CreatePolicy(Operation, frozen=True, kw_only=True):
    """Create a row security policy: a catalog change that takes effect at once.

    On a table without row security it waits for enableRls, which comes after it.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    policy: Policy

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.POLICY, self.table, self.policy.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, policy in delta.added_parts(Policy):
            yield cls(table=table.name, policy=policy)
        for table, old, new in delta.changed_parts(Policy):
            if made_anew(old, new):
                yield cls(table=table.name, policy=new)

    def bind(self, graph: SchemaGraph) -> Self:
        if table_in(graph, self.table, self).policy(self.policy.name):
            raise unbound(self, f"policy {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.policy))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*create_policy(self.table, self.policy)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropPolicy", table=self.table, name=self.policy.name, was=self.policy)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        roles, command = ", ".join(self.policy.roles), self.policy.command
        shows = "shows more rows" if self.policy.permissive else "hides rows"
        yield why.RLS_CHANGE.because(f"{shows} to {roles} for {command}")

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        """Nothing was hidden where row security is off."""
        table = graph.table(self.table)
        if table and (roles := shown_more(table, self.policy)):
            rows = "every row" if opens_all(self.policy) else "more rows than other policies do"
            said = f"shows {rows} to {', '.join(roles)}"
            yield why.RLS_CHANGE.because(said, level=Level.HIGH)
        elif table and (roles := written_more(graph, table, self.policy)):
            rows = "whatever they like" if new_rows(self.policy) == "true" else "more rows"
            said = f"lets {', '.join(roles)} write {rows}, where other policies do not"
            yield why.RLS_CHANGE.because(said, level=Level.HIGH)
        if table and (roles := hidden_from(table, self.policy)):
            said = f"hides rows from {', '.join(roles)}, who see them now"
            yield why.RLS_CHANGE.because(said, level=Level.HIGH)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """Rights on what it reads may come in the same plan."""
        yield from by_policy(graph, self.subject)
