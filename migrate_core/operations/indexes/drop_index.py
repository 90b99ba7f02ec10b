"""dropIndex: an index is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    relation_in,
    replaced,
    unbound,
)
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.outdated import unrefreshable
from migrate_core.risk.reasons import Reason
from migrate_core.schema.concurrent import drop_index
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, attached_to
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import anew, promoted
from migrate_core.schema.objects import Index, Relation, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import index_key, key_claim, no_longer_unique


class DropIndex(Operation, frozen=True, kw_only=True):
    """Drop an index concurrently: nobody waits behind the lock that a plain drop takes on
    the table. Its definition is remembered, so that it can be built again. PostgreSQL drops
    no index of a partitioned table concurrently: that takes its partitions' along, at once.
    """

    effect: ClassVar[Effect] = Effect.DROP
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    name: str
    was: Index | None = None
    partitioned: bool = False
    partitions: tuple[Attached, ...] = ()  # what goes with it on its partitions

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INDEX, self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        kept = {(table.name, old.name) for table, old, _ in delta.renamed_parts(Index)}
        kept |= {(table.name, index.name) for table, index, _ in promoted(delta)}
        for table, index in delta.dropped_parts(Index):
            if (table.name, index.name) not in kept:
                yield cls._of(delta, table, index)
        for table, old, _new in anew(delta):
            yield cls._of(delta, table, old)

    @classmethod
    def _of(cls, delta: SchemaDelta, table: Relation, index: Index) -> Self:
        return cls(
            table=table.name,
            name=index.name,
            was=index,
            partitioned=isinstance(table, Table) and table.partition_key is not None,
            partitions=attached_to(delta.origin, table.name, index.name),
        )

    def bind(self, graph: SchemaGraph) -> Self:
        table = relation_in(graph, self.table, self)
        index = table.index(self.name)
        if index is None:
            raise unbound(self, f"index {self.label} does not exist, or a constraint owns it")
        if index.parent is not None:
            raise unbound(self, f"index {self.label} is attached: it goes with {index.parent}")
        bound: Self = replaced(
            self,
            was=index,
            partitioned=isinstance(table, Table) and table.partition_key is not None,
            partitions=attached_to(graph, self.table, self.name),
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Index, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.partitioned:
            # A partition's key that is attached goes with it only when it is told so.
            keys = any(one.key for one in self.partitions)
            how = raw(" CASCADE" if keys else "")
            sql = ddl("DROP INDEX {index}{how}", index=self.table.renamed(self.name), how=how)
            lock = LockMode.ACCESS_EXCLUSIVE
            return (stage(Statement(sql=sql, lock=lock, on=self.table, inherited=True)),)
        definition, unique = (self.was.definition, self.was.unique) if self.was else ("", False)
        return (drop_index(self.table, self.name, definition, unique=unique),)

    def claims(self) -> frozenset[tuple[str, str]]:
        name = (self.table.schema, self.name)
        columns = index_key(self.was) if self.was and self.was.unique else ()
        freed = {(one.table.schema, one.part.name) for one in self.partitions}
        return frozenset({name, *freed, *([key_claim(self.table, columns)] if columns else [])})

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("addIndex", table=self.table, index=self.was, partitions=self.partitions)

    def takes_away(self, graph: SchemaGraph) -> str:
        if self.was is None or not self.was.unique:
            return ""
        return no_longer_unique(graph.table(self.table), index_key(self.was))

    def index_that_goes(self) -> Index | None:
        return self.was

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        columns = ", ".join(self.was.columns) if self.was else "its columns"
        yield why.DROPS_INDEX.because(f"on {columns}; {facts.describe()}")
        if self.was and self.was.unique:
            yield why.DROPS_UNIQUE_CONSTRAINT.because(f"unique over {columns}")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        if graph.table(self.table) is None:
            yield from unrefreshable(graph, self.table)
