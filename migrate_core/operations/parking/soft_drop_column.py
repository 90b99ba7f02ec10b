"""softDropColumn: a column is renamed out of sight and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.carrying import letting_go, taken_along, taking_along
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.altering import publishes
from migrate_core.schema.checksum import count_query
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.dependants import Dependants, without_dependants
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.leaning import leaning
from migrate_core.schema.objects import Constraint
from migrate_core.schema.parking import (
    dropped_parts,
    fills_itself,
    fixed,
    keys_of,
    on_table,
    out_of_sight,
    rename_parts,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts, column_parts, without_column
from migrate_core.schema.rules import drop_constraint


class SoftDropColumn(Operation, frozen=True, kw_only=True):
    """Rename a column to a parked name and keep its values.

    NOT NULL, default, checks, foreign keys and the primary key are released, so that inserts
    that do not know the column go on; plain and unique indexes stay under parked names. An
    identity or a sequence of its own goes on filling it, and then its key stays as well. What
    leans on the column goes along: views, policies, triggers, generated columns, foreign
    keys of other tables. All of it is metadata and comes back by a restore.
    """

    effect: ClassVar[Effect] = Effect.PARK

    table: QualifiedName
    column: str
    was: ColumnParts | None = None
    also: tuple[str, ...] = ()  # further columns, each a step and an artifact of its own
    published: tuple[str, ...] = ()  # publications that would send it under its parked name

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
        along, in_the_way = leaning(graph, table, self.column)
        in_the_way = (*fixed(graph, table, column), *in_the_way)
        if in_the_way:
            raise unbound(self, f"column {self.label} is used by {', '.join(in_the_way)}")
        was = replaced(column_parts(graph, table, column), along=along)
        bound: Self = replaced(self, was=was, published=_published(graph, self.table, along))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        graph = without_dependants(graph, self._along)
        return without_column(graph, self.table, self.column)

    @property
    def _along(self) -> Dependants | None:
        return self.was.along if self.was else None

    def stages(self, place: Place) -> tuple[Stage, ...]:
        # What it releases is known once it is bound.
        if self.was is None:
            return ()
        return (*letting_go(self._along, place), stage(*self._statements(self.was, place)))

    def _statements(self, was: ColumnParts, place: Place) -> Iterator[Statement]:
        yield from taking_along(was.along, place)
        yield from self._release(was)
        yield from rename_parts(
            self.table,
            was,
            out_of_sight(place.parked_name),
            filled=fills_itself(was),
            major=place.major,
        )
        parked = place.parked_name(self.column)
        yield on_table(self.table, "RENAME COLUMN {old} TO {new}", old=self.column, new=parked)

    def _release(self, was: ColumnParts) -> Iterator[Statement]:
        """What would break inserts that no longer name the column."""
        filled = fills_itself(was)
        if was.clustered_on:
            mark = ddl("ALTER TABLE {table} SET WITHOUT CLUSTER", table=self.table)
            yield Statement(sql=mark, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=self.table)
        for part in dropped_parts(was, filled=filled):
            if isinstance(part, Constraint):
                yield drop_constraint(self.table, part.name, part.references)
            else:
                index = self.table.renamed(part.name)
                yield Statement(sql=ddl("DROP INDEX {index}", index=index))
        for clause, applies in (
            ("DROP DEFAULT", was.column.default is not None),
            ("DROP NOT NULL", was.column.not_null),
        ):
            if applies and not filled:
                yield on_table(
                    self.table,
                    "ALTER COLUMN {column} {clause}",
                    column=self.column,
                    clause=raw(clause),
                )

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make(
            "restoreColumn",
            table=self.table,
            was=self.was,
            parked=place.origin,
            filled=fills_itself(self.was),
        )

    def park(self, place: Place) -> Park | None:
        back = self.inverse(place)
        if self.was is None or back is None:
            return None
        there = ddl("t.{column} IS DISTINCT FROM NULL", column=self.column)
        return Park(
            kind=ArtifactKind.SOFT_DROP_COLUMN,
            source=self.subject,
            physical_name=self.table,
            physical_column=place.parked_name(self.column),
            definition=codec.to_builtins(self.was),
            recovery_sql=tuple(s.sql for st in back.stages(place) for s in st.statements),
            count=count_query(self.table, where=there, inherited=True),
        )

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.SOFT),))

    def takes_away(self, graph: SchemaGraph) -> str:
        table = graph.table(self.table)
        kept = table is None or table.column(self.column)
        return "" if kept else f"column {self.column}, of which alone no use is counted"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.PARKS_COLUMN.because(f"renamed and kept; {facts.describe()}")
        yield from taken_along(self._along)
        for key in keys_of(self.was) if self.was and not fills_itself(self.was) else ():
            yield why.DROPS_PRIMARY_KEY.because(f"{key.definition}; {facts.describe()}")
        for name in self.published:
            yield why.CHANGES_REPLICATION.because(
                f"{name} sends the column under its parked name: a subscriber without a column"
                " of that name stops",
                level=Level.HIGH,
            )


def _published(
    graph: SchemaGraph, table: QualifiedName, along: Dependants | None
) -> tuple[str, ...]:
    """Publications that go on publishing the table, with all its columns."""
    gone = along.refs if along else ()
    return tuple(
        found.name
        for found in graph.definitions
        if found.kind is ObjectKind.PUBLICATION
        and ref_of(found) not in gone
        and publishes(found, table)
    )
