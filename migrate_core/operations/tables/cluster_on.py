"""clusterOn: which index a later CLUSTER orders the rows by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.marks import index_ref, left
from migrate_core.schema.objects import Relation
from migrate_core.schema.refs import ObjectKind, Ref


class ClusterOn(Operation, frozen=True, kw_only=True):
    """Mark an index for CLUSTER, or take the mark away; no row moves now.

    An index that is built anew has lost the mark, so it is set again.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    index: str | None = None  # none takes the mark away
    was: str | None = None
    constraint: bool = False  # whether a constraint owns the index

    @property
    def subject(self) -> Ref:
        index = self.index or self.was
        if index is None:
            return Ref.of(ObjectKind.TABLE, self.table)
        kind = ObjectKind.CONSTRAINT if self.constraint else ObjectKind.INDEX
        return Ref.of(kind, self.table, index)

    @property
    def moment(self) -> Effect:
        """An index loses the mark before it goes, and gets it once it is there."""
        return self.effect if self.index else Effect.PARK

    @property
    def label(self) -> str:
        return str(self.table)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed_relations():
            had, has = left(delta, old, new, old.clustered_on), new.clustered_on
            if old.clustered_on and (had is None or has is None):
                was = old.clustered_on
                yield cls(table=new.name, was=was, constraint=_owned(old, was))
                had = None
            if has is not None and had != has:
                yield cls(table=new.name, index=has, was=had, constraint=_owned(new, has))
        for relation in delta.added_relations():
            index = relation.clustered_on
            if index:
                owned = _owned(relation, index)
                yield cls(table=relation.name, index=index, constraint=owned)

    def bind(self, graph: SchemaGraph) -> Self:
        relation = graph.relation(self.table)
        if relation is None:
            raise unbound(self, f"table {self.table} does not exist")
        if self.index and not (relation.index(self.index) or relation.constraint(self.index)):
            raise unbound(self, f"index {self.index} does not exist on {self.table}")
        was = relation.clustered_on
        index = self.index or was
        owned = index is not None and _owned(relation, index)
        bound: Self = replaced(self, was=was, constraint=owned)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda found: found.change(clustered_on=self.index))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        mark = ddl("CLUSTER ON {index}", index=self.index) if self.index else "SET WITHOUT CLUSTER"
        sql = ddl("ALTER TABLE {table} {mark}", table=self.table, mark=raw(mark))
        return (stage(Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=self.table)),)

    def inverse(self, place: Place) -> Operation | None:
        return ClusterOn(table=self.table, index=self.was, was=self.index)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"{self.was or 'none'} becomes {self.index or 'none'}")


def _owned(relation: Relation, index: str) -> bool:
    return index_ref(relation, index).kind is ObjectKind.CONSTRAINT
