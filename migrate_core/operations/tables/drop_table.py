"""dropTable: a table is dropped for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, Safer, lone_table_in, replaced
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import Answers, DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, table_parts, without_table
from migrate_core.schema.rules import drop_constraint


class DropTable(Operation, frozen=True, kw_only=True):
    """Drop a table and its rows; never with CASCADE.

    Its own foreign keys go first, each in a transaction of its own, because dropping one
    locks the referenced table too. `was` remembers the definition, never the rows. Made
    safe, it is softDropTable.
    """

    effect: ClassVar[Effect] = Effect.DROP
    loses_data: ClassVar[bool] = True

    name: QualifiedName
    was: TableParts | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        gone = {table.name for table in delta.dropped(Table)}
        for table in delta.dropped_tables(DropMode.PLAIN):
            # Keys between tables that both go are dropped by themselves, before either.
            others = gone - {table.name}
            kept = tuple(c for c in table.constraints if c.references not in others)
            yield cls(
                name=table.name, was=table_parts(delta.before, table.change(constraints=kept))
            )

    def bind(self, graph: SchemaGraph) -> Self:
        table = lone_table_in(graph, self.name, self)
        bound: Self = replaced(self, was=table_parts(graph, table))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return without_table(graph, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        foreign = self.was is not None and self.was.table.foreign is not None
        kind = raw("FOREIGN TABLE" if foreign else "TABLE")
        drop = ddl("DROP {kind} {table}", kind=kind, table=self.name)
        last = Statement(sql=drop, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)
        return (*self._foreign_keys(), stage(last))

    def _foreign_keys(self) -> Iterator[Stage]:
        for key in self.was.table.constraints if self.was else ():
            if key.references and key.references != self.name:
                yield stage(drop_constraint(self.name, key.name, key.references))

    def claims(self) -> frozenset[tuple[str, str]]:
        names = [self.name.name]
        if self.was:
            names += [c.name for c in self.was.table.constraints if c.type != "check"]
            names += [i.name for i in self.was.table.indexes]
            names += [s.name.name for s in self.was.sequences]
            names += [c.identity.sequence.name for c in self.was.table.columns if c.identity]
        return frozenset((self.name.schema, name) for name in names)

    def inverse(self, place: Place) -> Operation | None:
        """The table with all its parts; its rows are gone."""
        return make("restoreTable", was=self.was) if self.was else None

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        return Safer(instead=(make("softDropTable", name=self.name),))

    def answers(self) -> Answers:
        return Answers(drop_modes=((self.subject, DropMode.PLAIN),))

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_TABLE_WITH_DATA.because(facts.describe())
