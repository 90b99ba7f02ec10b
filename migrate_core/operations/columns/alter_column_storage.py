"""alterColumnStorage: how a column's large values are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Storage, Value
from migrate_core.schema.refs import Ref
from migrate_core.schema.storage import column_settings


class Kept(Value, frozen=True, kw_only=True):
    storage: Storage | None = None  # none: the type's own
    type_storage: Storage | None = None
    compression: Literal["pglz", "lz4"] | None = None  # none: what the server's setting says


class AlterColumnStorage(Operation, frozen=True, kw_only=True):
    """Change a column's TOAST strategy or compression: values written from now on obey it.

    A change of type sets both itself.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str
    to: Kept
    was: Kept | None = None

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            same_type = (old.type, old.collation) == (new.type, new.collation)
            if same_type and _of(old) != _of(new):
                yield cls(table=table.name, column=new.name, to=_of(new), was=_of(old))

    def bind(self, graph: SchemaGraph) -> Self:
        column = table_in(graph, self.table, self).column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        bound: Self = replaced(self, was=_of(column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table,
            lambda table: table.change_column(
                self.column,
                storage=self.to.storage,
                type_storage=self.to.type_storage,
                compression=self.to.compression,
            ),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        old, new = self._column(self.was or Kept()), self._column(self.to)
        return (stage(*column_settings(self.table, old, new)),)

    def _column(self, kept: Kept) -> Column:
        return Column(
            name=self.column,
            type="",
            storage=kept.storage,
            type_storage=kept.type_storage,
            compression=kept.compression,
        )

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterColumnStorage(table=self.table, column=self.column, to=self.was, was=self.to)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("rows of today stay as they are kept")


def _of(column: Column) -> Kept:
    return Kept(
        storage=column.storage,
        type_storage=column.type_storage,
        compression=column.compression,
    )
