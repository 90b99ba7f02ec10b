"""dropPrimaryKey: a table loses its primary key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import dropped, foreign_keys_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import Attached, attached_to
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import constraint_ref, drop_constraint, key_claim, only_primary_key
from migrate_core.schema.serving import index_behind


class DropPrimaryKey(Operation, frozen=True, kw_only=True):
    """Drop a primary key and its index.

    PostgreSQL leaves its columns NOT NULL; `nullable` are those that shall allow NULL
    again, which is how adding a key to nullable columns is undone. A foreign key that was
    made for it goes first.
    """

    effect: ClassVar[Effect] = Effect.DROP

    table: QualifiedName
    name: str
    nullable: tuple[str, ...] = ()
    was: Constraint | None = None
    partitions: tuple[Attached, ...] = ()  # what goes with it on its partitions

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in dropped(delta, "primary key"):
            parts = attached_to(delta.origin, table.name, constraint.name)
            yield cls(table=table.name, name=constraint.name, was=constraint, partitions=parts)
        for old, new in delta.changed(Table):
            key = old.primary_key
            if key and new.primary_key and _goes_with_a_column(key, new):
                yield cls(table=old.name, name=key.name, was=key)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        was = table.constraint(self.name)
        if was is None or was.type != "primary key":
            raise unbound(self, f"{self.label} is no primary key")
        leaning = foreign_keys_on(graph, table, was)
        if leaning:
            raise unbound(self, f"{', '.join(leaning)} needs {self.name}: drop that first")
        if was.parent is not None:
            raise unbound(self, f"{self.label} is attached: it goes with {was.parent}")
        parts = attached_to(graph, self.table, self.name)
        bound: Self = replaced(self, was=was, partitions=parts)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            for name in self.nullable:
                table = table.change_column(name, not_null=False)
            return table.without_part(Constraint, self.name)

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        freed = (
            ddl(
                "ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL",
                table=self.table,
                column=name,
            )
            for name in self.nullable
        )
        lock = LockMode.ACCESS_EXCLUSIVE
        return (
            stage(
                drop_constraint(self.table, self.name),
                *(Statement(sql=sql, lock=lock, on=self.table, inherited=True) for sql in freed),
            ),
        )

    def claims(self) -> frozenset[tuple[str, str]]:
        columns = self.was.columns if self.was else ()
        names = [(self.table.schema, self.name)]
        names += [(one.table.schema, one.part.name) for one in self.partitions]
        return frozenset({*names, key_claim(self.table, columns), only_primary_key(self.table)})

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make(
            "addPrimaryKey",
            table=self.table,
            constraint=self.was,
            nullable=self.nullable,
            partitions=self.partitions,
        )

    def index_that_goes(self) -> Index | None:
        return index_behind(self.was) if self.was else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        rule = self.was.definition if self.was else self.name
        yield why.DROPS_PRIMARY_KEY.because(f"{rule}; {facts.describe()}")
        if self.nullable:
            yield why.ALLOWS_NULL.because(", ".join(self.nullable))


def _goes_with_a_column(key: Constraint, new: Table) -> bool:
    """It makes room for another key before the column goes that would take it along."""
    if new.constraint(key.name) is not None:
        return False  # made anew under its name: that is seen as such
    return any(new.column(name) is None for name in key.columns)
