"""createSequence: a sequence is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import comment_on, sequence_clause
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import ColumnRef, Sequence, SequenceOptions
from migrate_core.schema.refs import ObjectKind, Ref


class CreateSequence(Operation, frozen=True, kw_only=True):
    """Create a sequence.

    A generated one is owned by nobody yet: the column that will own it may need it for its
    default first. `owned_by` is for the undoing of a drop, where the column stands.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    name: QualifiedName
    options: SequenceOptions = SequenceOptions()
    owned_by: ColumnRef | None = None
    unlogged: bool = False
    comment: str | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.SEQUENCE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for made in delta.added(Sequence):
            yield cls(
                name=made.name,
                options=made.options,
                unlogged=made.unlogged,
                comment=made.comment,
            )

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Sequence, self.name) or graph.table(self.name):
            raise unbound(self, f"the name {self.label} is taken")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        made = Sequence(
            name=self.name,
            options=self.options,
            owned_by=self.owned_by,
            unlogged=self.unlogged,
            comment=self.comment,
        )
        return graph.put(made)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "CREATE {unlogged}SEQUENCE {name} AS {type} {options}",
            unlogged=raw("UNLOGGED " if self.unlogged else ""),
            name=self.name,
            type=raw(self.options.type),
            options=raw(sequence_clause(self.options)),
        )
        comment = comment_on(self.subject, self.comment)
        return (stage(Statement(sql=sql), *self._ownership(), *comment),)

    def _ownership(self) -> Iterator[Statement]:
        if self.owned_by:
            owner = self.owned_by
            sql = ddl(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=self.name,
                table=owner.table,
                column=owner.column,
            )
            yield Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=owner.table)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropSequence", name=self.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(f"starts with {self.options.start}")
