"""dropMaterializedView: a materialized view is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.viewed import view_loses
from migrate_core.schema.views import MaterializedView


class DropMaterializedView(Operation, frozen=True, kw_only=True):
    """Drop a materialized view with its indexes; never with CASCADE.

    What it holds can be computed again and is not parked. Another query for it is a drop and
    a creation: PostgreSQL has no CREATE OR REPLACE for it.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: MaterializedView | None = None
    returns: bool = False  # created again in the same plan

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.MATERIALIZED_VIEW, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.dropped(MaterializedView):
            returns = delta.after.find(MaterializedView, old.name) is not None
            yield cls(name=old.name, was=old, returns=returns)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(MaterializedView, self.name)
        if was is None:
            raise unbound(self, f"materialized view {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(MaterializedView, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("DROP MATERIALIZED VIEW {name}", name=self.name)
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)),)

    def claims(self) -> frozenset[tuple[str, str]]:
        names = [index.name for index in self.was.indexes] if self.was else []
        return frozenset((self.name.schema, name) for name in (self.name.name, *names))

    def inverse(self, place: Place) -> Operation | None:
        return make("createMaterializedView", definition=self.was) if self.was else None

    def takes_away(self, graph: SchemaGraph) -> str:
        return view_loses(graph, self.was) if self.was else ""

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        columns = ", ".join(output.name for output in self.was.outputs) if self.was else self.label
        yield why.DROPS_MATERIALIZED_VIEW.because(f"{columns}; {facts.describe()}")
        if self.returns:
            yield why.MADE_ANEW.because(columns)
