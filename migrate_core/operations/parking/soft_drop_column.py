"""softDropColumn: a column is renamed out of sight and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    ArtifactKind,
    Effect,
    Operation,
    Park,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.checksum import count_query
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.parking import (
    dropped_parts,
    on_table,
    rename_parts,
)
from migrate_core.schema.refs import Ref
from migrate_core.schema.removal import ColumnParts, column_parts, readers, without_column
from migrate_core.schema.rules import drop_constraint


class SoftDropColumn(Operation, frozen=True, kw_only=True):
    """Rename a column to a parked name and keep its values.

    NOT NULL, default, identity, checks and foreign keys are released, so that inserts that
    do not know the column go on; plain and unique indexes stay under parked names. All of
    it is metadata, in one short transaction, and comes back by a restore.
    """

    effect: ClassVar[Effect] = Effect.PARK

    table: QualifiedName
    column: str
    was: ColumnParts | None = None
    also: tuple[str, ...] = ()  # further columns, each a step and an artifact of its own

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, column in delta.dropped_columns(DropMode.SOFT):
            parts = column_parts(delta.before, table, column)
            yield cls(table=table.name, column=column.name, was=parts)

    def parts(self) -> tuple[Operation, ...]:
        if not self.also:
            return (self,)
        others = (SoftDropColumn(table=self.table, column=name) for name in self.also)
        return (replaced(self, also=()), *others)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        in_the_way = readers(graph, table, self.column)
        key = table.primary_key
        if key and self.column in key.columns:
            in_the_way = (f"primary key {key.name}", *in_the_way)
        if column.generated:
            in_the_way = ("its own generation expression", *in_the_way)
        if in_the_way:
            raise unbound(self, f"column {self.label} is used by {', '.join(in_the_way)}")
        bound: Self = replaced(self, was=column_parts(graph, table, column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return without_column(graph, self.table, self.column)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        # What it releases is known once it is bound.
        return (stage(*self._statements(place)),) if self.was else ()

    def _statements(self, place: Place) -> Iterator[Statement]:
        if self.was is not None:
            yield from self._release(self.was)
            yield from rename_parts(self.table, self.was, place.parked_name, back=False)
        parked = place.parked_name(self.column)
        yield on_table(self.table, "RENAME COLUMN {old} TO {new}", old=self.column, new=parked)

    def _release(self, was: ColumnParts) -> Iterator[Statement]:
        """What would break inserts that no longer name the column."""
        for part in dropped_parts(was):
            if isinstance(part, Constraint):
                yield drop_constraint(self.table, part.name, part.references)
            else:
                index = self.table.renamed(part.name)
                yield Statement(sql=ddl("DROP INDEX {index}", index=index))
        for clause, applies in (
            ("DROP IDENTITY", was.column.identity is not None),
            ("DROP DEFAULT", was.column.default is not None),
            ("DROP NOT NULL", was.column.not_null),
        ):
            if applies:
                yield on_table(
                    self.table,
                    "ALTER COLUMN {column} {clause}",
                    column=self.column,
                    clause=raw(clause),
                )

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("restoreColumn", table=self.table, was=self.was, parked=place.origin)

    def park(self, place: Place) -> Park | None:
        back = self.inverse(place)
        if self.was is None or back is None:
            return None
        there = ddl("t.{column} IS NOT NULL", column=self.column)
        return Park(
            kind=ArtifactKind.SOFT_DROP_COLUMN,
            source=self.subject,
            physical_name=self.table,
            physical_column=place.parked_name(self.column),
            definition=codec.to_builtins(self.was),
            recovery_sql=tuple(s.sql for st in back.stages(place) for s in st.statements),
            count=count_query(self.table, where=there),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.PARKS_COLUMN.because(f"renamed and kept; {facts.describe()}")
