"""renameIndex: an index gets another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, relation_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.marks import with_marks
from migrate_core.schema.objects import Index, Table
from migrate_core.schema.refs import ObjectKind, Ref


class RenameIndex(Operation, frozen=True, kw_only=True):
    """Rename an index: the same definition under another name is no reason to build again."""

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    name: str
    to: str

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INDEX, self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.renamed_parts(Index):
            yield cls(table=table.name, name=old.name, to=new.name)

    def bind(self, graph: SchemaGraph) -> Self:
        table = relation_in(graph, self.table, self)
        if table.index(self.name) is None:
            raise unbound(self, f"index {self.label} does not exist")
        if table.index(self.to):
            raise unbound(self, f"index {self.to} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            index = table.index(self.name)
            if index is None:
                return table
            renamed = msgspec.structs.replace(index, name=self.to)
            now = table.without_part(Index, self.name).with_part(renamed)
            return with_marks(table, now, self.name, self.to)

        return graph.edit(self.table, change)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset({(self.table.schema, self.to)})

    def stages(self, place: Place) -> tuple[Stage, ...]:
        index = self.table.renamed(self.name)
        sql = ddl("ALTER INDEX {index} RENAME TO {to}", index=index, to=self.to)
        lock = LockMode.SHARE_UPDATE_EXCLUSIVE
        return (stage(Statement(sql=sql, lock=lock, on=index)),)

    def inverse(self, place: Place) -> Operation | None:
        return RenameIndex(table=self.table, name=self.to, to=self.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"{self.name} becomes {self.to}")
