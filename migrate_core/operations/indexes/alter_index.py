"""alterIndex: an index's storage parameters or statistics targets change in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.concurrent import replaces, split_parameters, with_parameters
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Index, Relation, Value
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import changes


class IndexSettings(Value, frozen=True, kw_only=True):
    parameters: tuple[str, ...] = ()  # "fillfactor=70"
    statistics: tuple[tuple[int, int], ...] = ()  # (number of the column, target)


class AlterIndex(Operation, frozen=True, kw_only=True):
    """Change an index without building it again: pages that are written from now on obey.

    The statistics target of an expression goes by the number of its column in the index.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE  # after a build of the index

    table: QualifiedName
    name: str
    to: IndexSettings
    was: IndexSettings | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INDEX, self.table, self.name)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Index):
            was = IndexSettings(parameters=_of(new).parameters) if replaces(old, new) else _of(old)
            if was != _of(new):
                yield cls(table=table.name, name=new.name, to=_of(new), was=was)
        for table, made in delta.added_parts(Index):
            if made.statistics:
                was = IndexSettings(parameters=_of(made).parameters)
                yield cls(table=table.name, name=made.name, to=_of(made), was=was)

    def bind(self, graph: SchemaGraph) -> Self:
        relation = graph.relation(self.table)
        index = relation.index(self.name) if relation else None
        if index is None:
            raise unbound(self, f"index {self.label} does not exist, or a constraint owns it")
        bound: Self = replaced(self, was=_of(index))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(relation: Relation) -> Relation:
            index = relation.index(self.name)
            if index is None:
                return relation
            definition = with_parameters(index.definition, self.to.parameters)
            changed = msgspec.structs.replace(
                index, definition=definition, statistics=self.to.statistics
            )
            return relation.with_part(changed)

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        was = self.was or IndexSettings()
        to_set, to_reset = changes(was.parameters, self.to.parameters)
        if to_set:
            yield self._alter(f"SET ({', '.join(to_set)})")
        if to_reset:
            yield self._alter(f"RESET ({', '.join(to_reset)})")
        had, has = dict(was.statistics), dict(self.to.statistics)
        for number in sorted(had.keys() | has.keys()):
            if had.get(number) != has.get(number):
                yield self._alter(f"ALTER COLUMN {number} SET STATISTICS {has.get(number, -1)}")

    def _alter(self, action: str) -> Statement:
        index = self.table.renamed(self.name)
        sql = ddl("ALTER INDEX {index} {action}", index=index, action=raw(action))
        # GIN's pending list belongs to whoever has the index alone.
        lock = LockMode.SHARE_UPDATE_EXCLUSIVE
        if "fastupdate" in action or "gin_pending_list_limit" in action:
            lock = LockMode.ACCESS_EXCLUSIVE
        return Statement(sql=sql, lock=lock, on=index)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterIndex(table=self.table, name=self.name, to=self.was, was=self.to)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("pages of today stay as they are")


def _of(index: Index) -> IndexSettings:
    return IndexSettings(
        parameters=split_parameters(index.definition)[1], statistics=index.statistics
    )
