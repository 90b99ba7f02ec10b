"""addIndex: an index is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, relation_in, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, ddl
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.index_rows import overlong, unbuildable
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import duplicates, repeated, shared
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, to_attach, with_attached
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import anew
from migrate_core.schema.objects import Index, Relation, Table
from migrate_core.schema.partitioned_keys import index_stages, on_partitions
from migrate_core.schema.refs import ObjectKind, Ref


class AddIndex(Operation, frozen=True, kw_only=True):
    """Build an index concurrently: reads and writes go on.

    It cannot run in a transaction; a build that is cut off leaves an INVALID index, which
    a resume drops and builds again. Source: PostgreSQL documentation, CREATE INDEX,
    "Building Indexes Concurrently". On a partitioned table it is made of its partitions'.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    index: Index
    partitioned: bool = False
    partitions: tuple[Attached, ...] = ()  # what its partitions have attached to it

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INDEX, self.table, self.index.name)

    @property
    def label(self) -> str:
        columns = ", ".join(self.index.columns)
        return f"{self.table} ({columns})" if columns else str(self.subject)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        renamed = {(table.name, new.name) for table, _, new in delta.renamed_parts(Index)}
        for table, index in delta.added_parts(Index):
            if (table.name, index.name) not in renamed:
                yield cls._of(delta, table, index)
        for table, _old, new in anew(delta):
            yield cls._of(delta, table, new)

    @classmethod
    def _of(cls, delta: SchemaDelta, table: Relation, index: Index) -> Self:
        """By itself: it is attached by an operation of its own, or with its table."""
        index = msgspec.structs.replace(index, parent=None)
        if not (isinstance(table, Table) and table.partition_key):
            return cls(table=table.name, index=index)
        parts = to_attach(delta.origin, delta.after, table.name, index.name)
        return cls(table=table.name, index=index, partitioned=True, partitions=parts)

    def bind(self, graph: SchemaGraph) -> Self:
        table = relation_in(graph, self.table, self)
        if table.index(self.index.name) or table.constraint(self.index.name):
            raise unbound(self, f"index {self.subject} exists already")
        for name in self.index.columns:
            if graph.get(Ref.of(ObjectKind.COLUMN, self.table, name)) is None:
                raise unbound(self, f"column {self.table}.{name} does not exist")
        bound: Self = replaced(
            self, partitioned=isinstance(table, Table) and table.partition_key is not None
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        built = msgspec.structs.replace(self.index, statistics=())  # alterIndex sets them
        graph = graph.edit_only(self.table, lambda table: table.with_part(built))
        return with_attached(graph, self.partitions)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (
            *index_stages(self.table, self.index, partitioned=self.partitioned),
            *on_partitions(self.partitions, place.helper(self.index.name)),
        )

    def inverse(self, place: Place) -> Operation | None:
        return make("dropIndex", table=self.table, name=self.index.name, was=self.index)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        fails = unbuildable(graph, self.table, self.index.definition)
        if not self.index.unique:
            return fails
        if not self._is_plain:
            return (repeated(graph, self.table, self.index), *fails)
        return (duplicates(graph, self.table, self.index.columns), *fails)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        return (
            shared(graph, self.table, self.index.columns, made)
            if self.index.unique and self._is_plain
            else ()
        )

    @property
    def _is_plain(self) -> bool:
        """Of columns alone, and of all rows."""
        columns = self.index.columns
        return self.index.definition == ddl("USING btree ({columns})", columns=columns)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ADDS_INDEX.because(f"two scans, writes go on; {facts.describe()}")
        if self.index.unique:
            yield why.ADDS_UNIQUE_CONSTRAINT.because(f"unique over {', '.join(self.index.columns)}")
            yield from breaking(facts, "duplicates")
        yield from overlong(facts)
