"""createMaterializedView: a materialized view is created and filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import SHORT_BYTES
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.queries import bare, create_materialized_view, output_statements
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.viewed import tables_beneath
from migrate_core.schema.views import MaterializedView


class CreateMaterializedView(Operation, frozen=True, kw_only=True):
    """Create a materialized view and fill it: whoever read an empty one would get an error.

    The query runs while reads and writes of its tables go on. Indexes are built afterwards
    by operations of their own.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    definition: MaterializedView
    again: bool = False  # the same plan drops it first

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.MATERIALIZED_VIEW, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for view in delta.added(MaterializedView):
            was = delta.before.find(MaterializedView, view.name)
            yield cls(definition=bare(view), again=was is not None)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.relation(self.definition.name):
            raise unbound(self, f"{self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        view = self.definition
        comment = comment_on(self.subject, view.comment)
        made = stage(create_materialized_view(view), *comment, *output_statements(view))
        indexes = (make("addIndex", table=view.name, index=index) for index in view.indexes)
        return (made, *(st for index in indexes for st in index.stages(place)))

    def inverse(self, place: Place) -> Operation | None:
        return make("dropMaterializedView", name=self.definition.name, was=self.definition)

    def beneath(self, graph: SchemaGraph) -> Iterable[QualifiedName]:
        return tables_beneath(self.apply(graph), self.subject)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        columns = f"{len(self.definition.outputs)} columns"
        evidence = "; ".join([columns, *(f"reads {one.describe()}" for one in facts.beneath)])
        size = facts.bytes_beneath
        if self.again and (size is None or size > SHORT_BYTES):
            yield why.AWAY_WHILE_FILLED.because(evidence)
        yield why.FILLS_MATERIALIZED_VIEW.because(evidence)
