"""alterMaterializedView: a materialized view is stored otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.queries import bare, on_query, option_changes, output_changes
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, Output


class AlterMaterializedView(Operation, frozen=True, kw_only=True):
    """Change how a materialized view and its columns are stored and counted.

    Only another tablespace writes its rows anew, while its readers wait.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    definition: MaterializedView
    was: MaterializedView | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.MATERIALIZED_VIEW, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(MaterializedView):
            if _stored(old, old) != _stored(old, new):
                yield cls(definition=bare(_stored(old, new)), was=bare(old))

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(MaterializedView, self.definition.name)
        if was is None:
            raise unbound(self, f"materialized view {self.label} does not exist")
        bound: Self = replaced(self, was=bare(was))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        was = graph.find(MaterializedView, self.definition.name)
        return graph if was is None else graph.put(_stored(was, self.definition))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        was, view = self.was, self.definition
        if was is None:
            return
        lock = LockMode.SHARE_UPDATE_EXCLUSIVE
        for change in option_changes(was.options, view.options):
            yield on_query(view, "{change}", change=raw(change), lock=lock)
        for old, new in zip(was.outputs, view.outputs, strict=False):
            yield from output_changes(view, old, new)
        if was.tablespace != view.tablespace:
            space = view.tablespace or "pg_default"
            moved = on_query(view, "SET TABLESPACE {space}", space=space)
            yield msgspec.structs.replace(moved, rewrites=True)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterMaterializedView(definition=self.was, was=self.definition)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.was and self.was.tablespace != self.definition.tablespace:
            yield why.REBUILDS_TABLE.because(f"moves to {self.definition.tablespace or 'default'}")
        yield why.CHANGES_METADATA.because("; ".join(s.sql for s in self._statements()))


def _stored(view: MaterializedView, like: MaterializedView) -> MaterializedView:
    """`view` as it would be, stored like the other; comments are set one by one."""
    wanted = {output.name: output for output in like.outputs}
    outputs = tuple(_output(output, wanted.get(output.name, output)) for output in view.outputs)
    return view.change(options=like.options, tablespace=like.tablespace, outputs=outputs)


def _output(output: Output, like: Output) -> Output:
    return msgspec.structs.replace(like, comment=output.comment)
