"""alterPersistence: a table or sequence is written to the WAL, or no longer."""

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
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Sequence, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import owned_sequences

FOLLOWS = 15  # the first major in which a table's sequences follow it


class AlterPersistence(Operation, frozen=True, kw_only=True):
    """SET UNLOGGED or SET LOGGED: every row of a table is written anew under ACCESS EXCLUSIVE.

    The sequences that its columns own follow by themselves (15 and later).
    Source: PostgreSQL documentation, ALTER TABLE, "SET { LOGGED | UNLOGGED }".
    """

    effect: ClassVar[Effect] = Effect.ALTER

    name: QualifiedName
    unlogged: bool
    sequence: bool = False  # whether it is a sequence
    owned: tuple[QualifiedName, ...] = ()  # sequences that follow

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.SEQUENCE if self.sequence else ObjectKind.TABLE, self.name)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        follow = set()
        for old, new in delta.changed(Table):
            if old.unlogged != new.unlogged:
                owned = _names(delta.before, old.name)
                follow |= set(owned)
                yield cls(name=new.name, unlogged=new.unlogged, owned=owned)
        for was, becomes in delta.changed(Sequence):
            if was.unlogged != becomes.unlogged and was.name not in follow:
                yield cls(name=becomes.name, unlogged=becomes.unlogged, sequence=True)

    def bind(self, graph: SchemaGraph) -> Self:
        found = graph.find(Sequence, self.name) if self.sequence else graph.table(self.name)
        if found is None:
            raise unbound(self, f"{self.subject.kind} {self.name} does not exist")
        bound: Self = replaced(self, owned=() if self.sequence else _names(graph, self.name))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        sequences = owned_sequences(graph, self.name) if graph.major >= FOLLOWS else ()
        if self.sequence:
            sequences = tuple(s for s in graph.sequences if s.name == self.name)
        for sequence in sequences:
            graph = graph.put(msgspec.structs.replace(sequence, unlogged=self.unlogged))
        return graph.edit(self.name, lambda table: table.change(unlogged=self.unlogged))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "ALTER {what} {name} SET {how}",
            what=raw("SEQUENCE" if self.sequence else "TABLE"),
            name=self.name,
            how=raw("UNLOGGED" if self.unlogged else "LOGGED"),
        )
        rewrites = not self.sequence
        lock = LockMode.ACCESS_EXCLUSIVE
        follow = self.owned if place.major >= FOLLOWS else ()
        also = tuple((name, lock) for name in follow)
        return (stage(Statement(sql=sql, lock=lock, on=self.name, also=also, rewrites=rewrites)),)

    def inverse(self, place: Place) -> Operation | None:
        return AlterPersistence(name=self.name, unlogged=not self.unlogged, sequence=self.sequence)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if not self.sequence:
            yield why.REBUILDS_TABLE.because(facts.describe())
        if self.unlogged:
            yield why.UNLOGGED.because("a crash empties it")


def _names(graph: SchemaGraph, table: QualifiedName) -> tuple[QualifiedName, ...]:
    names = [s.name for s in owned_sequences(graph, table)]
    found = graph.table(table)
    names += [c.identity.sequence for c in found.columns if c.identity] if found else []
    return tuple(sorted(names))
