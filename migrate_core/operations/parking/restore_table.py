"""restoreTable: a dropped table comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Origin, Place, replaced, unbound
from migrate_core.operations.carrying import (
    brought_back,
    in_today,
    putting_back,
    refuse_misfits,
    refuse_taken,
    returning,
)
from migrate_core.operations.creation import about_owners, creating
from migrate_core.operations.park import Release
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.dependants import with_dependants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import names_of as not_nulls
from migrate_core.schema.objects import Table
from migrate_core.schema.parking import (
    ARCHIVE_SCHEMA,
    into_sight,
    on_table,
    outgoing_keys,
    rename_table_parts,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, with_table
from migrate_core.schema.renamed_parts import names_beside, table_under
from migrate_core.schema.returning import Names, names_of


class RestoreTable(Operation, frozen=True, kw_only=True):
    """Bring a table back with its rows, or, where it was dropped plainly, its definition.

    Foreign keys it had are added NOT VALID and validated, because rows over there may have
    gone meanwhile. With `under` it comes back beside whatever has its name by now: names of
    its indexes and sequences that are taken get a number, and what leaned on it, which spoke
    of the old name, does not come back.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    was: TableParts
    parked: Origin | None = None
    archived: bool = False
    under: str | None = None  # the name it comes back with, if not its own
    names: tuple[tuple[str, str], ...] = ()  # of its parts, where they have to be others

    @property
    def _now(self) -> TableParts:
        """What it will be."""
        return table_under(self.was, self.under, dict(self.names)) if self.under else self.was

    @property
    def _table(self) -> Table:
        return self._now.table

    @property
    def subject(self) -> Ref:
        name = self.was.table.name
        return Ref.of(ObjectKind.TABLE, name.renamed(self.under) if self.under else name)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.table(self.subject.relation):
            raise unbound(self, f"table {self.label} is there again: its name is taken")
        bound: Self = self
        if self.under:
            bound = replaced(self, names=self._free_names(graph))
        now = bound._now
        names = (*names_of(now.table), *(sequence.name for sequence in now.sequences))
        refuse_taken(self, graph, names)
        if self.under:
            return bound
        refuse_misfits(self, with_table(graph, self.was), self.was.along)
        was = replaced(self.was, along=in_today(self.was.along, graph))
        bound = replaced(self, was=was)
        return bound

    def _free_names(self, graph: SchemaGraph) -> tuple[tuple[str, str], ...]:
        table = self.was.table
        owned = [n.name for n in names_of(table) if n != table.name]
        owned += [sequence.name.name for sequence in self.was.sequences]
        found = names_beside(owned, Names(graph).are_taken(table.name.schema))
        return tuple(found.items())

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        now = self._now
        return with_dependants(with_table(graph, now), now.along)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.parked is None:
            return tuple(st for op in self._anew() for st in op.stages(place))
        now = self._now
        keys = (
            make("addForeignKey", table=now.table.name, constraint=key)
            for key in outgoing_keys(now.table)
        )
        validated = (st for key in keys for st in key.stages(place))
        return (
            stage(*self._unpark(self.parked, place.major)),
            *validated,
            *putting_back(now.along, place),
        )

    def _unpark(self, origin: Origin, major: int) -> Iterator[Statement]:
        was, name = self.was.table, self.subject.relation
        parked = name.renamed(origin.parked_name(was.name.name))
        if self.archived:
            moved = QualifiedName(ARCHIVE_SCHEMA, parked.name)
            yield on_table(moved, "SET SCHEMA {schema}", schema=name.schema)
        yield on_table(parked, "RENAME TO {new}", new=name.name)
        rules = zip(not_nulls(was), not_nulls(self._table), strict=True)
        way = into_sight(origin.parked_name, dict((*self.names, *rules)))
        yield from rename_table_parts(self.was, way, table=name, major=major)

    def _anew(self) -> tuple[Operation, ...]:
        """The definition alone, by the kinds that make each part."""
        before = SchemaGraph()
        after = with_table(before, self._now)
        return creating(before, after)

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return about_owners(returning(self._now.along) if self.parked else self._anew(), place)

    def inverse(self, place: Place) -> Operation | None:
        kinds = {True: "archiveTable", False: "softDropTable"}
        kind = kinds[self.archived] if self.parked else "dropTable"
        return make(kind, name=self.subject.relation)

    def releases(self) -> tuple[Release, ...]:
        if self.parked is None:
            return ()
        name = self.was.table.name
        schema = ARCHIVE_SCHEMA if self.archived else name.schema
        return (Release(physical_name=QualifiedName(schema, self.parked.parked_name(name.name))),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.parked is None:
            yield why.CREATES_OBJECT.because("the definition alone: the rows are gone")
        else:
            yield why.RESTORES_OBJECT.because("renamed back; its rows were never touched")
            yield from brought_back(self._now.along)
