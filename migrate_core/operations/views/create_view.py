"""createView: a view is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.guarding import stops_guarding
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.cycles import looping_views
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.queries import (
    bare,
    create_view,
    is_placeholder,
    output_statements,
    placeholder,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.triggers import create_rule, create_trigger
from migrate_core.schema.views import View


class CreateView(Operation, frozen=True, kw_only=True):
    """Create a view, with the defaults and comments of its columns.

    Its triggers and rules come as operations of their own, unless a dropped view is brought
    back whole. A view that something it reads from leans on itself is created empty, as
    pg_dump does it, and replaced once all is there.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    definition: View

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.VIEW, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        looping = looping_views(delta.after)
        for view in delta.added(View):
            made = bare(view)
            yield cls(definition=placeholder(made) if view.name in looping else made)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.relation(self.definition.name):
            raise unbound(self, f"{self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    @property
    def is_foretold(self) -> bool:
        return not is_placeholder(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        view = self.definition
        parts = [st for trigger in view.triggers for st in create_trigger(view.name, trigger)]
        parts += [st for rule in view.rules for st in create_rule(view.name, rule)]
        comment = comment_on(self.subject, view.comment)
        return (stage(create_view(view), *comment, *output_statements(view), *parts),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropView", name=self.definition.name, was=self.definition)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(f"{len(self.definition.outputs)} columns")

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from stops_guarding(base, graph, self.definition.name)
