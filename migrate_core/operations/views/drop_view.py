"""dropView: a view is dropped."""

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
from migrate_core.schema.viewed import tables_beneath, view_loses
from migrate_core.schema.views import View


class DropView(Operation, frozen=True, kw_only=True):
    """Drop a view with its triggers and rules; never with CASCADE.

    Where something that it leans on changes, it comes back in the same plan, as soon after
    as the order allows; in between, what reads it fails.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: View | None = None
    returns: bool = False  # created again in the same plan

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.VIEW, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.dropped(View):
            returns = delta.after.find(View, old.name) is not None
            yield cls(name=old.name, was=old, returns=returns)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(View, self.name)
        if was is None:
            raise unbound(self, f"view {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(View, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("DROP VIEW {name}", name=self.name)
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("createView", definition=self.was) if self.was else None

    def takes_away(self, graph: SchemaGraph) -> str:
        return view_loses(graph, self.was) if self.was else ""

    def beneath(self, graph: SchemaGraph) -> Iterable[QualifiedName]:
        return tables_beneath(graph, self.subject)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        columns = ", ".join(output.name for output in self.was.outputs) if self.was else self.label
        code = why.MADE_ANEW if self.returns else why.DROPS_OBJECT
        yield code.because(columns)
