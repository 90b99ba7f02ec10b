"""archiveColumn: a column's values are copied with their keys, then it is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.carrying import taken_along, taking_all_along
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.checksum import checksum_query, count_query, size_query
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.dependants import Dependants, without_dependants
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.leaning import leaning
from migrate_core.schema.parking import ARCHIVE_SCHEMA, EXCLUSIVE, fixed, on_table
from migrate_core.schema.refs import Ref
from migrate_core.schema.removal import ColumnParts, column_parts, without_column
from migrate_core.schema.rules import drop_constraint


class ArchiveColumn(Operation, frozen=True, kw_only=True):
    """Copy key and value into the archive schema, compare checksums, drop the column.

    Lock, copy, checksums, artifact and drop are one transaction: no row can change between
    the copy and the drop. The lock lasts as long as the copy, and the plan says so. What
    leans on the column goes along and comes back with it, as with a soft drop.
    """

    effect: ClassVar[Effect] = Effect.PARK

    table: QualifiedName
    column: str
    was: ColumnParts | None = None
    key: tuple[tuple[str, str], ...] = ()  # the primary key's columns, each with its type

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, column in delta.dropped_columns(DropMode.ARCHIVE):
            yield cls(table=table.name, column=column.name).bind(delta.before)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        key = table.primary_key
        if key is None or self.column in key.columns:
            problem = "has no primary key" if key is None else "has it in its primary key"
            raise unbound(self, f"table {self.table} {problem}: drop {self.column} softly instead")
        if graph.children.get(self.table):
            raise unbound(self, f"{self.label} is in partitions or heirs too: drop it softly")
        along, in_the_way = leaning(graph, table, self.column)
        in_the_way = (*fixed(graph, table, column), *in_the_way)
        if in_the_way:
            raise unbound(self, f"column {self.label} is used by {', '.join(in_the_way)}")
        typed = tuple((c.name, c.type) for name in key.columns if (c := table.column(name)))
        was = replaced(column_parts(graph, table, column), along=along)
        bound: Self = replaced(self, was=was, key=typed)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        graph = without_dependants(graph, self._along)
        return without_column(graph, self.table, self.column)

    @property
    def _along(self) -> Dependants | None:
        return self.was.along if self.was else None

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements(place)),)

    def _statements(self, place: Place) -> Iterator[Statement]:
        yield from taking_all_along(self._along, place)
        for constraint in self.was.constraints if self.was else ():
            yield drop_constraint(self.table, constraint.name, constraint.references)
        yield on_table(self.table, "DROP COLUMN {column}", column=self.column)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make(
            "restoreColumn",
            table=self.table,
            was=self.was,
            parked=place.origin,
            key=tuple(name for name, _type in self.key),
        )

    def park(self, place: Place) -> Park | None:
        back = self.inverse(place)
        if self.was is None or back is None:
            return None
        archive = QualifiedName(ARCHIVE_SCHEMA, place.parked_name(self.column))
        columns = (*self.key, (self.column, self.was.column.type))
        return Park(
            kind=ArtifactKind.ARCHIVE_COLUMN,
            source=self.subject,
            physical_name=archive,
            definition=codec.to_builtins(self.was),
            recovery_sql=tuple(s.sql for st in back.stages(place) for s in st.statements),
            statements=tuple(self._copy(archive)),
            count=count_query(self.table),
            checksum=checksum_query(self.table, columns),
            copy_checksum=checksum_query(archive, columns),
            size=size_query(archive),
        )

    def _copy(self, archive: QualifiedName) -> Iterator[str]:
        keys = [name for name, _type in self.key]
        yield ddl("CREATE SCHEMA IF NOT EXISTS {schema}", schema=archive.schema)
        yield ddl("LOCK TABLE {table} IN {mode} MODE", table=self.table, mode=raw(EXCLUSIVE))
        yield ddl(
            "CREATE TABLE {archive} AS SELECT {columns} FROM {table}",
            archive=archive,
            columns=[*keys, self.column],
            table=self.table,
        )
        yield ddl("ALTER TABLE {archive} ADD PRIMARY KEY ({keys})", archive=archive, keys=keys)

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.ARCHIVE),))

    def takes_away(self, graph: SchemaGraph) -> str:
        table = graph.table(self.table)
        kept = table is None or table.column(self.column)
        return "" if kept else f"column {self.column}, of which alone no use is counted"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ARCHIVES_COLUMN.because(f"copied with its key; {facts.describe()}")
        yield from taken_along(self._along)
        yield why.SCANS_UNDER_BLOCKING_LOCK.because(
            f"ACCESS EXCLUSIVE for as long as the copy takes; {facts.describe()}"
        )
