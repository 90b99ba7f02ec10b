"""dropForeignKey: rows may point at nothing from now on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import dropped, leaning
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    acts_here,
    constraint_ref,
    drop_constraint,
    is_enforced,
    points_alike,
)


class DropForeignKey(Operation, frozen=True, kw_only=True):
    """Drop a foreign key: a catalog change, but one that locks both tables.

    Of dropped tables only keys to another dropped table are dropped first, so that two
    tables that point at each other can go one after the other.
    Source: lock observed on PostgreSQL 15 and 18; its triggers on the other table go too.
    """

    effect: ClassVar[Effect] = Effect.DROP
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    name: str
    was: Constraint | None = None

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in (*dropped(delta, "foreign key"), *leaning(delta)):
            was = delta.before.table(table.name)
            key = was.constraint(constraint.name) if was else None
            yield cls(table=table.name, name=constraint.name, was=key)
        gone = {table.name for table in delta.dropped(Table)}
        for table in delta.dropped_tables(DropMode.PLAIN):
            for key in table.constraints:
                if key.references in gone - {table.name}:
                    yield cls(table=table.name, name=key.name, was=key)

    def bind(self, graph: SchemaGraph) -> Self:
        was = table_in(graph, self.table, self).constraint(self.name)
        if was is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if was.type != "foreign key":
            raise unbound(self, f"{self.name} is a {was.type} constraint")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.without_part(Constraint, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        other = self.was.references if self.was else None
        return (stage(drop_constraint(self.table, self.name, other)),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("addForeignKey", table=self.table, constraint=self.was)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Nothing where a side of it goes as well, or another key says the same."""
        table, key = graph.table(self.table), self.was
        if table is None or key is None or key.references is None or not is_enforced(key):
            return ""
        stands = graph.table(key.references) and all(map(table.column, key.columns))
        same = (one for one in table.constraints if is_enforced(one) and points_alike(one, key))
        if not stands or any(same):
            return ""
        does = f", and {acts_here(key)}" if acts_here(key) else ""
        return f"that each row points at one of {key.references}{does}"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        other = self.was.references if self.was else "the other table"
        yield why.DROPS_FOREIGN_KEY.because(f"{other} is locked too; {facts.describe()}")
