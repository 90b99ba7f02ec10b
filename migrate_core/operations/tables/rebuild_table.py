"""rebuildTable: a table is made anew beside the old one, which is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.creation import Rights, about_owners
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import make
from migrate_core.operations.swap import Swap, foreign_keys
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.names import QualifiedName, cut
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.schema.access import DefaultPrivilege
from migrate_core.schema.checksum import count_query, size_query
from migrate_core.schema.concurrent import build_index, create_index
from migrate_core.schema.expansion import Incoming
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.parking import on_table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, table_parts
from migrate_core.schema.rules import constraint_ref, index_of, is_enforced, validate
from migrate_core.schema.twin import Twin, parked_on
from migrate_core.schema.unbuildable import why_unbuildable


class RebuildTable(Operation, frozen=True, kw_only=True):
    """Write a table anew, without bloat, with its columns in another order or other storage
    parameters, while it is read and written.

    A twin is created; triggers bring over what is written meanwhile, in the transaction that
    writes it; the rows of today are copied in batches by key; indexes are built on the twin
    concurrently; one statement compares both by checksum at one moment. Then the twin takes
    every name in one short transaction under ACCESS EXCLUSIVE, on this table and on those
    that foreign keys tie to it, and the old table is parked. Foreign keys are validated
    afterwards. It takes the room of the table once more, and what is not carried over -
    views, publications, statistics objects - is refused by name.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    columns: tuple[str, ...] = ()  # in their new order; none: as they are
    options: tuple[str, ...] | None = None  # storage parameters; none: as they are
    toast_options: tuple[str, ...] | None = None
    was: TableParts | None = None
    incoming: tuple[Incoming, ...] = ()  # foreign keys of others
    defaults: tuple[DefaultPrivilege, ...] = ()  # what a new table is born with

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.table)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def disturbs(self) -> frozenset[Ref]:
        return frozenset({self.subject})

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if unfit := why_unbuildable(graph, table):
            raise unbound(self, f"table {self.table} cannot be rebuilt: {unfit}")
        named = self.columns or tuple(column.name for column in table.columns)
        if sorted(named) != sorted(column.name for column in table.columns):
            raise unbound(self, f"`columns` has to name each column of {self.table} once")
        others = (
            Incoming(table=found.name, constraint=key)
            for found, key in graph.foreign_keys_to(self.table)
            if found.name != self.table
        )
        bound: Self = replaced(
            self,
            columns=named,
            was=table_parts(graph, table),
            incoming=tuple(others),
            defaults=graph.default_privileges,
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, self._made)

    def _made(self, table: Table) -> Table:
        order = {name: at for at, name in enumerate(self.columns)}
        columns = sorted(table.columns, key=lambda c: order.get(c.name, len(order)))
        return table.change(
            columns=tuple(columns),
            options=table.options if self.options is None else self.options,
            toast_options=table.toast_options if self.toast_options is None else self.toast_options,
        )

    def _twin(self, major: int) -> Twin:
        assert self.was is not None  # it is bound
        return Twin(old=self.was.table, new=self._made(self.was.table), major=major)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.was is None:
            return ()  # written once it is bound
        twin, swap = self._twin(place.major), self._swap(self.was, place.major)
        return (
            *self._before(twin, place),
            Stage(statements=tuple(swap.statements(place)), together=True),
            *self._proofs(),
        )

    def _swap(self, was: TableParts, major: int) -> Swap:
        rights = Rights(owners=was.owners, privileges=was.privileges, defaults=self.defaults)
        return Swap(self._twin(major), was, self.incoming, rights)

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return (
            about_owners(self._swap(self.was, place.major).given, place)
            if self.was
            else frozenset()
        )

    def _before(self, twin: Twin, place: Place) -> tuple[Stage, ...]:
        return (
            stage(*self._begin(twin, place)),
            stage(*twin.begin_sync()),
            twin.copy(),
            *self._indexes(twin),
            stage(twin.compare()),
        )

    def _begin(self, twin: Twin, place: Place) -> Iterator[Statement]:
        yield from twin.clear()
        yield twin.guard()
        for one in make("createTable", definition=twin.bare).stages(place):
            yield from (Statement(sql=statement.sql) for statement in one.statements)
        for index in filter(twin.is_first, twin.new.indexes):
            named = msgspec.structs.replace(index, name=twin.part(index.name))
            yield replaced(create_index(twin.name, named), builds=False)  # of no row yet
        yield from twin.try_out()

    def _indexes(self, twin: Twin) -> Iterator[Stage]:
        """Once the rows are there: one that is filled at once is smaller, and sooner done."""
        keys = (c for c in twin.new.constraints if c.type in ("primary key", "unique"))
        parts: tuple[Constraint | Index, ...] = (*keys, *twin.new.indexes)
        for part in parts:
            if not twin.is_first(part):
                of_key = isinstance(part, Constraint)
                definition = index_of(part) if isinstance(part, Constraint) else part.definition
                unique = of_key or (isinstance(part, Index) and part.unique)
                yield build_index(
                    twin.name, twin.part(part.name), definition, unique=unique, is_spelled=False
                )

    def unsettles(self) -> frozenset[Ref]:
        """Foreign keys, until they are validated."""
        return frozenset(constraint_ref(table, key.name) for table, key in self._foreign_keys)

    @property
    def _foreign_keys(self) -> tuple[tuple[QualifiedName, Constraint], ...]:
        own = foreign_keys(self.was.table) if self.was else ()
        others = ((key.table, key.constraint) for key in self.incoming)
        return (*((self.table, key) for key in own), *others)

    def _proofs(self) -> Iterator[Stage]:
        for table, key in self._foreign_keys:
            if key.validated and is_enforced(key):
                yield validate(table, key)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        was = self.was.table
        return RebuildTable(
            table=self.table,
            columns=tuple(column.name for column in was.columns),
            options=was.options,
            toast_options=was.toast_options,
        )

    def park(self, place: Place) -> Park | None:
        if self.was is None:
            return None
        parked = self.table.renamed(place.parked_name(self.table.name))
        beside = on_table(parked, "RENAME TO {name}", name=cut(self.table.name, suffix="_old"))
        return Park(
            kind=ArtifactKind.REBUILD_TABLE,
            source=self.subject,
            physical_name=parked,
            definition=codec.to_builtins(self.was),
            recovery_sql=(beside.sql,),
            count=count_query(self.table),
            size=size_query(self.table),
            stage=len(self._before(self._twin(place.major), place)) + 1,
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (
            Probe(
                fact="parked_on",
                question=f"parked columns, or changes under way, are on {self.table}",
                query=ddl("SELECT count(*) FROM ({found}) AS found", found=parked_on(self.table)),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.REBUILDS_TABLE_ONLINE.because(
            f"copied in batches while a trigger brings over each write; locked for the swap alone;"
            f" {facts.describe()}"
        )
        if self.was and self.columns != tuple(column.name for column in self.was.table.columns):
            yield why.REORDERS_COLUMNS.because(", ".join(self.columns))
        yield why.KEEPS_OLD_TABLE.because(f"to be inspected and exported; {facts.describe()}")
        yield from breaking(facts, "parked_on")
