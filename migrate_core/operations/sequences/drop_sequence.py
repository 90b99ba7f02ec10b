"""dropSequence: a sequence is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Sequence
from migrate_core.schema.refs import ObjectKind, Ref


class DropSequence(Operation, frozen=True, kw_only=True):
    """Drop a sequence; never with CASCADE.

    One that a dropped column or table owns goes along with it and needs no step of its
    own. The undoing makes it anew, but where it had got to is lost.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: Sequence | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.SEQUENCE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for sequence in delta.dropped(Sequence):
            if not _goes_with_its_owner(sequence, delta.after):
                yield cls(name=sequence.name, was=sequence)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Sequence, self.name)
        if was is None:
            raise unbound(self, f"sequence {self.label} does not exist")
        name = f"'{self.name}'"
        for table in graph.tables:
            for column in table.columns:
                if column.default and name in column.default:
                    raise unbound(self, f"the default of {table.name}.{column.name} uses it")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Sequence, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("DROP SEQUENCE {name}", name=self.name)
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make(
            "createSequence",
            name=self.name,
            options=self.was.options,
            owned_by=self.was.owned_by,
            unlogged=self.was.unlogged,
            comment=self.was.comment,
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.LOSES_SEQUENCE_POSITION.because(f"sequence {self.label}")


def _goes_with_its_owner(sequence: Sequence, after: SchemaGraph) -> bool:
    owner = sequence.owned_by
    table = after.table(owner.table) if owner else None
    return owner is not None and (table is None or table.column(owner.column) is None)
