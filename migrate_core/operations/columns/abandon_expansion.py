"""abandonExpansion: the column that was put beside another is taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.expansion import Expansion
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column
from migrate_core.schema.parking import on_table
from migrate_core.schema.removal import without_column


class AbandonExpansion(Expansion, frozen=True, kw_only=True):
    """Drop trigger, function and new column: the old one holds every value, so nothing is lost.

    Foreign keys that point at the new column go first, each of their tables being locked
    too. Whatever of it is not there is passed over, so it ends an expansion that stopped
    half-way as well.
    """

    def bind(self, graph: SchemaGraph) -> Self:
        if not self.renames:
            return self.bound(graph)
        new = self.to.column.name
        bare = graph.edit(self.table, lambda table: table.without_part(Column, new))
        return self.bound(bare)

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        if not self.renames:
            return graph
        return without_column(graph, self.table, self.to.column.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        exclusive = LockMode.ACCESS_EXCLUSIVE
        yield from self.pair.end_sync(perhaps=True)
        for key in self.incoming:
            sql = ddl(
                "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
                table=key.table,
                name=self.pair.key_helper(key),
            )
            yield Statement(sql=sql, lock=exclusive, on=key.table)
        yield on_table(self.table, "DROP COLUMN IF EXISTS {column}", column=self.pair.new)

    def inverse(self, place: Place) -> Operation | None:
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return make("expandColumn", **fields)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("the old column holds every value")
