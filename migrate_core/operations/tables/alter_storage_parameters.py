"""alterStorageParameters: fillfactor, autovacuum and the like, of a table and its TOAST table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.vacuuming import is_off, stops_autovacuum
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table, Value
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import changes, lock_of


class Parameters(Value, frozen=True, kw_only=True):
    own: tuple[str, ...] = ()  # "fillfactor=70"
    toast: tuple[str, ...] = ()


class AlterStorageParameters(Operation, frozen=True, kw_only=True):
    """Set and reset storage parameters: rows that are written from now on obey them."""

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    to: Parameters
    was: Parameters | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.table)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Table):
            if _of(old) != _of(new):
                yield cls(table=new.name, to=_of(new), was=_of(old))

    def bind(self, graph: SchemaGraph) -> Self:
        bound: Self = replaced(self, was=_of(table_in(graph, self.table, self)))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        to = self.to
        return graph.edit(
            self.table, lambda table: table.change(options=to.own, toast_options=to.toast)
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        was = self.was or Parameters()
        own, toast = changes(was.own, self.to.own), changes(was.toast, self.to.toast, "toast.")
        words = (("SET", own[0] + toast[0]), ("RESET", own[1] + toast[1]))
        return (stage(*(self._alter(word, found) for word, found in words if found)),)

    def _alter(self, word: str, found: list[str]) -> Statement:
        action = f"{word} ({', '.join(found)})"
        sql = ddl("ALTER TABLE {table} {action}", table=self.table, action=raw(action))
        return Statement(sql=sql, lock=lock_of(found), on=self.table)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterStorageParameters(table=self.table, to=self.was, was=self.to)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("rows of today stay as they are")
        was = self.was or Parameters()
        yield from stops_autovacuum(was.own, self.to.own, facts)
        if is_off(self.to.toast) and not is_off(self.to.own):
            yield from stops_autovacuum(was.toast, self.to.toast, facts, "its TOAST table")


def _of(table: Table) -> Parameters:
    return Parameters(own=table.options, toast=table.toast_options)
