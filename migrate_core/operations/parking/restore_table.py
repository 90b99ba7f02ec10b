"""restoreTable: a dropped table comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Origin,
    Place,
    Release,
    replaced,
    unbound,
)
from migrate_core.operations.carrying import (
    brought_back,
    in_today,
    putting_back,
    refuse_misfits,
    refuse_taken,
)
from migrate_core.operations.creation import creating
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.dependants import with_dependants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.parking import (
    ARCHIVE_SCHEMA,
    on_table,
    outgoing_keys,
    rename_table_parts,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, with_table
from migrate_core.schema.returning import names_of


class RestoreTable(Operation, frozen=True, kw_only=True):
    """Bring a table back with its rows, or, where it was dropped plainly, its definition.

    Foreign keys it had are added NOT VALID and validated, because rows over there may have
    gone meanwhile.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    was: TableParts
    parked: Origin | None = None
    archived: bool = False

    @property
    def _table(self) -> Table:
        return self.was.table

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self._table.name)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.table(self._table.name):
            raise unbound(self, f"table {self.label} is there again: its name is taken")
        names = (*names_of(self._table), *(sequence.name for sequence in self.was.sequences))
        refuse_taken(self, graph, names)
        refuse_misfits(self, with_table(graph, self.was), self.was.along)
        was = replaced(self.was, along=in_today(self.was.along, graph))
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return with_dependants(with_table(graph, self.was), self.was.along)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.parked is None:
            return tuple(st for op in self._anew() for st in op.stages(place))
        keys = (
            make("addForeignKey", table=self._table.name, constraint=key)
            for key in outgoing_keys(self._table)
        )
        validated = (st for key in keys for st in key.stages(place))
        return (
            stage(*self._unpark(self.parked, place.major)),
            *validated,
            *putting_back(self.was.along, place),
        )

    def _unpark(self, origin: Origin, major: int) -> Iterator[Statement]:
        name = self._table.name
        parked = name.renamed(origin.parked_name(name.name))
        if self.archived:
            moved = QualifiedName(ARCHIVE_SCHEMA, parked.name)
            yield on_table(moved, "SET SCHEMA {schema}", schema=name.schema)
        yield on_table(parked, "RENAME TO {new}", new=name.name)
        yield from rename_table_parts(
            self.was, origin.parked_name, back=True, table=name, major=major
        )

    def _anew(self) -> tuple[Operation, ...]:
        """The definition alone, by the kinds that make each part."""
        before = SchemaGraph()
        after = with_table(before, self.was)
        return creating(before, after)

    def inverse(self, place: Place) -> Operation | None:
        kinds = {True: "archiveTable", False: "softDropTable"}
        kind = kinds[self.archived] if self.parked else "dropTable"
        return make(kind, name=self._table.name)

    def releases(self) -> tuple[Release, ...]:
        if self.parked is None:
            return ()
        name = self._table.name
        schema = ARCHIVE_SCHEMA if self.archived else name.schema
        return (Release(physical_name=QualifiedName(schema, self.parked.parked_name(name.name))),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.parked is None:
            yield why.CREATES_OBJECT.because("the definition alone: the rows are gone")
        else:
            yield why.RESTORES_OBJECT.because("renamed back; its rows were never touched")
            yield from brought_back(self.was.along)
