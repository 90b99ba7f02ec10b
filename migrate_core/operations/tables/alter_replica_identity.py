"""alterReplicaIdentity: what updates and deletes tell a subscriber about old rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.marks import index_ref, left
from migrate_core.schema.objects import Table, Value
from migrate_core.schema.refs import ObjectKind, Ref


class ReplicaIdentity(Value, frozen=True, kw_only=True):
    """`index` names the one that is used, or is None: then `rows` says it all."""

    rows: str = "default"  # default, full or nothing
    index: str | None = None


class AlterReplicaIdentity(Operation, frozen=True, kw_only=True):
    """Choose what logical replication identifies a row by; comes after the index is there.

    An index that is built anew has lost the mark, so it is set again.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    to: ReplicaIdentity
    was: ReplicaIdentity | None = None
    constraint: bool = False  # whether a constraint owns the index

    @property
    def subject(self) -> Ref:
        index = self.to.index or (self.was.index if self.was else None)
        if index is None:
            return Ref.of(ObjectKind.TABLE, self.table)
        kind = ObjectKind.CONSTRAINT if self.constraint else ObjectKind.INDEX
        return Ref.of(kind, self.table, index)

    @property
    def moment(self) -> Effect:
        """An index loses the mark before it goes, and gets it once it is there."""
        return self.effect if self.to.index or not (self.was and self.was.index) else Effect.PARK

    @property
    def label(self) -> str:
        return str(self.table)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Table):
            had, has = _of(old, old.replica_index), _of(new, new.replica_index)
            stays = left(delta, old, new, old.replica_index)
            if had.index and stays is None:
                bare = _NOTHING if has.index else has
                yield cls(table=new.name, to=bare, was=had, constraint=_owned(old, had.index))
                had = bare
            elif had.index:
                had = ReplicaIdentity(index=stays)
            if had != has:
                yield cls(table=new.name, to=has, was=had, constraint=_owned(new, has.index))
        for table in delta.added(Table):
            if table.replica_identity:
                to = _of(table, table.replica_index)
                owned = _owned(table, table.replica_index)
                yield cls(table=table.name, to=to, was=ReplicaIdentity(), constraint=owned)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        index = self.to.index
        if index and not (table.index(index) or table.constraint(index)):
            raise unbound(self, f"index {index} does not exist on {self.table}")
        was = _of(table, table.replica_index)
        owned = _owned(table, index or was.index)
        bound: Self = replaced(self, was=was, constraint=owned)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        kinds = {"default": None, "full": "full", "nothing": "nothing"}
        identity = "index" if self.to.index else kinds[self.to.rows]
        return graph.edit(
            self.table,
            lambda table: table.change(replica_identity=identity, replica_index=self.to.index),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        index = self.to.index
        to = ddl("USING INDEX {index}", index=index) if index else self.to.rows.upper()
        sql = ddl("ALTER TABLE {table} REPLICA IDENTITY {to}", table=self.table, to=raw(to))
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)),)

    def inverse(self, place: Place) -> Operation | None:
        return (
            AlterReplicaIdentity(table=self.table, to=self.was, was=self.to) if self.was else None
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        evidence = f"{_words(self.was)} becomes {_words(self.to)}"
        published = facts.activity.publications if facts.activity else ()
        if self.to == _NOTHING and published:
            evidence += f": {', '.join(published)} refuses every UPDATE and DELETE"
            yield why.CHANGES_REPLICA_IDENTITY.because(evidence, level=Level.HIGH)
        else:
            yield why.CHANGES_REPLICA_IDENTITY.because(evidence)


_NOTHING = ReplicaIdentity(rows="nothing")


def _owned(table: Table, index: str | None) -> bool:
    return index is not None and index_ref(table, index).kind is ObjectKind.CONSTRAINT


def _of(table: Table, index: str | None) -> ReplicaIdentity:
    if table.replica_identity == "index":
        return ReplicaIdentity(index=index)
    return ReplicaIdentity(rows=table.replica_identity or "default")


def _words(identity: ReplicaIdentity | None) -> str:
    if identity is None:
        return "what it was"
    return f"index {identity.index}" if identity.index else identity.rows
