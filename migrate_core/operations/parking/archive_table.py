"""archiveTable: a table moves to the archive schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, lone_table_in, replaced, unbound
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
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.leaning import leaning
from migrate_core.schema.parking import (
    ARCHIVE_SCHEMA,
    EXCLUSIVE,
    on_table,
    out_of_sight,
    outgoing_keys,
    rename_table_parts,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, table_parts, without_table
from migrate_core.schema.rules import drop_constraint


class ArchiveTable(Operation, frozen=True, kw_only=True):
    """Move a table whole to the archive schema, with a checksum of its rows.

    The move is metadata, but the checksum reads every row under the lock, so that nothing
    can be written between the two; a soft drop does without. What leans on the table goes
    along, as there.
    """

    effect: ClassVar[Effect] = Effect.PARK

    name: QualifiedName
    was: TableParts | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.dropped_tables(DropMode.ARCHIVE):
            yield cls(name=table.name, was=table_parts(delta.before, table))

    def bind(self, graph: SchemaGraph) -> Self:
        table = lone_table_in(graph, self.name, self)
        along, in_the_way = leaning(graph, table)
        if in_the_way:
            raise unbound(self, f"table {self.name} is used by {', '.join(in_the_way)}")
        bound: Self = replaced(self, was=replaced(table_parts(graph, table), along=along))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return without_table(without_dependants(graph, self._along), self.name)

    @property
    def _along(self) -> Dependants | None:
        return self.was.along if self.was else None

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._move(place)),)

    def _move(self, place: Place) -> Iterator[Statement]:
        yield from taking_all_along(self._along, place)
        for key in outgoing_keys(self.was.table) if self.was else ():
            yield drop_constraint(self.name, key.name, key.references)
        if self.was is not None:
            yield from rename_table_parts(
                self.was, out_of_sight(place.parked_name), table=self.name, major=place.major
            )
        parked = place.parked_name(self.name.name)
        yield on_table(self.name, "RENAME TO {new}", new=parked)
        yield on_table(self.name.renamed(parked), "SET SCHEMA {schema}", schema=ARCHIVE_SCHEMA)

    def claims(self) -> frozenset[tuple[str, str]]:
        return make("dropTable", name=self.name, was=self.was).claims()

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("restoreTable", was=self.was, parked=place.origin, archived=True)

    def park(self, place: Place) -> Park | None:
        back = self.inverse(place)
        if self.was is None or back is None:
            return None
        columns = [(c.name, c.type) for c in self.was.table.columns]
        return Park(
            kind=ArtifactKind.ARCHIVE_TABLE,
            source=self.subject,
            physical_name=QualifiedName(ARCHIVE_SCHEMA, place.parked_name(self.name.name)),
            definition=codec.to_builtins(self.was),
            recovery_sql=tuple(s.sql for st in back.stages(place) for s in st.statements),
            statements=(
                ddl("CREATE SCHEMA IF NOT EXISTS {schema}", schema=ARCHIVE_SCHEMA),
                ddl("LOCK TABLE {table} IN {mode} MODE", table=self.name, mode=raw(EXCLUSIVE)),
            ),
            count=count_query(self.name),
            checksum=checksum_query(self.name, columns),
            size=size_query(self.name),
        )

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.ARCHIVE),))

    def takes_away(self, graph: SchemaGraph) -> str:
        return "" if graph.relation(self.name) else f"table {self.name}"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ARCHIVES_TABLE.because(f"moved to {ARCHIVE_SCHEMA}; {facts.describe()}")
        yield from taken_along(self._along)
        yield why.SCANS_UNDER_BLOCKING_LOCK.because(
            f"ACCESS EXCLUSIVE while the checksum is taken; {facts.describe()}"
        )
