"""softDropTable: a table is renamed out of sight and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, lone_table_in, replaced, unbound
from migrate_core.operations.carrying import letting_go, taken_along, taking_along
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.checksum import count_query, size_query
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.dependants import Dependants, without_dependants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.leaning import leaning
from migrate_core.schema.parking import (
    on_table,
    out_of_sight,
    outgoing_keys,
    rename_table_parts,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, table_parts, without_table
from migrate_core.schema.rules import drop_constraint


class SoftDropTable(Operation, frozen=True, kw_only=True):
    """Rename a table, and every name it owns, out of sight; its rows stay.

    Its foreign keys to other tables are dropped and written down first, each in a
    transaction of its own: they would go on judging deletes over there. What leans on the
    table goes along and comes back with it: views, foreign keys of other tables, what is
    said of it in publications, extended statistics.
    """

    effect: ClassVar[Effect] = Effect.PARK

    name: QualifiedName
    was: TableParts | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.dropped_tables(DropMode.SOFT):
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
        keys = outgoing_keys(self.was.table) if self.was else ()
        freed = (stage(drop_constraint(self.name, key.name, key.references)) for key in keys)
        return (*letting_go(self._along, place), *freed, stage(*self._renames(place)))

    def _renames(self, place: Place) -> Iterator[Statement]:
        yield from taking_along(self._along, place)
        if self.was is not None:
            yield from rename_table_parts(
                self.was, out_of_sight(place.parked_name), table=self.name, major=place.major
            )
        yield on_table(self.name, "RENAME TO {new}", new=place.parked_name(self.name.name))

    def claims(self) -> frozenset[tuple[str, str]]:
        dropped = make("dropTable", name=self.name, was=self.was)
        return dropped.claims()

    def inverse(self, place: Place) -> Operation | None:
        return make("restoreTable", was=self.was, parked=place.origin) if self.was else None

    def park(self, place: Place) -> Park | None:
        back = self.inverse(place)
        if self.was is None or back is None:
            return None
        return Park(
            kind=ArtifactKind.SOFT_DROP_TABLE,
            source=self.subject,
            physical_name=self.name.renamed(place.parked_name(self.name.name)),
            definition=codec.to_builtins(self.was),
            recovery_sql=tuple(s.sql for st in back.stages(place) for s in st.statements),
            count=count_query(self.name),
            size=size_query(self.name),
        )

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.SOFT),))

    def takes_away(self, graph: SchemaGraph) -> str:
        return "" if graph.relation(self.name) else f"table {self.name}"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.PARKS_TABLE.because(f"renamed and kept; {facts.describe()}")
        yield from taken_along(self._along)
