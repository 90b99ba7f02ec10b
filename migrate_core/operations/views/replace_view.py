"""replaceView: a view shows something else, under the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.creation import Rights, about_owners, giving, rights_of, statements_of
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, raw, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.guarding import stops_guarding
from migrate_core.risk.reasons import Reason
from migrate_core.schema.cycles import looping_views
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.queries import (
    bare,
    columns_kept,
    create_view,
    is_placeholder,
    on_query,
    option_changes,
    placeholder,
    replaced_by,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.viewed import refused_beneath, tables_beneath, view_loses
from migrate_core.schema.views import View


class ReplaceView(Operation, frozen=True, kw_only=True):
    """Give a view another query, more columns at its end, or other options.

    CREATE OR REPLACE VIEW keeps what leans on the view, and sets the options anew: it writes
    all of them. Options alone are an ALTER VIEW. A view that loses columns in the end, as an
    undo does, is dropped and created again in one transaction, and gets owner and privileges
    again. One that leans on what leans on it is emptied before either goes.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    definition: View
    was: View | None = None
    rights: Rights = Rights()  # where it is dropped and created
    empties: bool = False  # before it is dropped

    @property
    def moment(self) -> Effect:
        return Effect.PARK if self.empties else self.effect

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.VIEW, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(View):
            becomes = replaced_by(old, new)
            if becomes != old.change(comment=becomes.comment):
                yield cls(definition=bare(becomes), was=bare(old))
        looping = looping_views(delta.after)
        for view in delta.added(View):
            if view.name in looping:
                yield cls(definition=bare(view), was=placeholder(bare(view)))
        looped = looping_views(delta.before)
        for view in delta.dropped(View):
            if view.name in looped:
                yield cls(definition=placeholder(bare(view)), was=bare(view), empties=True)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(View, self.definition.name)
        if was is None:
            raise unbound(self, f"view {self.label} does not exist")
        anew = not columns_kept(was, self.definition)
        bound: Self = replaced(self, was=was, rights=rights_of(graph, was) if anew else Rights())
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        view = self.definition
        was = graph.find(View, view.name)
        return graph if was is None else graph.put(replaced_by(was, view))

    @property
    def is_foretold(self) -> bool:
        return not is_placeholder(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        was, view = self.was, self.definition
        if was and was.definition == view.definition:
            changes = option_changes(was.options, view.options)
            return (stage(*(on_query(view, "{change}", change=raw(change)) for change in changes)),)
        if was and not columns_kept(was, view):
            again = replaced_by(was, view)
            drop = make("dropView", name=view.name)
            create = make("createView", definition=again)
            return (stage(*statements_of([drop, create, *self._given()], place)),)
        return (stage(create_view(view, replace=True)),)

    def _given(self) -> tuple[Operation, ...]:
        return giving(self.rights, [self.definition])

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return about_owners(self._given(), place)

    def inverse(self, place: Place) -> Operation | None:
        return ReplaceView(definition=self.was, was=self.definition) if self.was else None

    def takes_away(self, graph: SchemaGraph) -> str:
        if self.was is None:
            return ""
        return view_loses(graph, self.was) or refused_beneath(graph, self.was)

    def beneath(self, graph: SchemaGraph) -> Iterable[QualifiedName]:
        return tables_beneath(graph, self.subject)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        was, view = self.was, self.definition
        if was and was.definition == view.definition:
            changes = "; ".join(option_changes(was.options, view.options))
            yield why.CHANGES_VIEW.because(changes)
            return
        had = {output.name for output in was.outputs} if was else set()
        more = [output.name for output in view.outputs if output.name not in had]
        yield why.CHANGES_VIEW.because(
            f"the query changes; new columns: {', '.join(more)}" if more else "the query changes"
        )

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from stops_guarding(base, graph, self.definition.name)
