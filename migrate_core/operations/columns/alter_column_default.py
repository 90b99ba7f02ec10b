"""alterColumnDefault: new rows get another value, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    replaced,
    unbound,
)
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.computing import asked_of_default, refused_default
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.narrowing import refusing_default
from migrate_core.risk.reasons import Reason
from migrate_core.schema.cycles import later_parts
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.edges import default_claim
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Relation, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import Query, View


class AlterColumnDefault(Operation, frozen=True, kw_only=True):
    """Set or drop a column's default; existing rows keep what they hold.

    Where what a default calls is made anew, it is dropped before and set again after.
    """

    effect: ClassVar[Effect] = Effect.ALTER
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    column: str
    default: str | None = None  # an SQL expression; none drops it
    was: str | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.DEFAULT, self.table, self.column)

    @property
    def moment(self) -> Effect:
        return Effect.DROP if self.default is None else self.effect

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset({default_claim(self.table, self.column)})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        yield from cls._around_a_change(delta)
        for table, old, new in delta.changed_parts(Column):
            # A type change carries the default itself: the old one may not fit the new type.
            ref = Ref.of(ObjectKind.DEFAULT, table.name, new.name)
            differs = old.default != new.default and old.type == new.type and not new.generated
            if differs and ref not in delta.rebuilt:
                yield cls(table=table.name, column=new.name, default=new.default, was=old.default)
        for made in delta.added(Table):
            for column in later_parts(delta.after, made)[0]:
                yield cls(table=made.name, column=column.name, default=column.default)
        for gone in delta.dropped_tables(DropMode.PLAIN):
            for column in later_parts(delta.before, gone)[0]:
                yield cls(table=gone.name, column=column.name, was=column.default)
        for view in delta.changed(View):
            yield from cls._of_view(*view, delta)

    @classmethod
    def _around_a_change(cls, delta: SchemaDelta) -> Iterator[Self]:
        for ref in sorted(ref for ref in delta.rebuilt if ref.kind is ObjectKind.DEFAULT):
            before, after = delta.before.get(ref), delta.after.get(ref)
            if Ref.of(ObjectKind.VIEW, ref.relation) in delta.rebuilt:
                continue  # the view comes back with its defaults
            if before.default is not None:
                yield cls(table=ref.relation, column=ref.part, was=before.default)
            if after.default is not None:
                yield cls(table=ref.relation, column=ref.part, default=after.default)

    @classmethod
    def _of_view(cls, old: Query, new: Query, delta: SchemaDelta) -> Iterator[Self]:
        for output in new.outputs:
            found = old.output(output.name)
            was = found.default if found else None
            ref = Ref.of(ObjectKind.DEFAULT, new.name, output.name)
            if was != output.default and ref not in delta.rebuilt:
                yield cls(table=new.name, column=output.name, default=output.default, was=was)

    def bind(self, graph: SchemaGraph) -> Self:
        column = graph.get(self.subject)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        bound: Self = replaced(self, was=column.default)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, self._changed)

    def _changed(self, relation: Relation) -> Relation:
        if isinstance(relation, Query):
            return relation.change_output(self.column, default=self.default)
        return relation.change_column(self.column, default=self.default)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        action = "DROP DEFAULT" if self.default is None else f"SET DEFAULT {raw(self.default)}"
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} {action}",
            table=self.table,
            column=self.column,
            action=raw(action),
        )
        return (
            stage(
                Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, inherited=True)
            ),
        )

    def inverse(self, place: Place) -> Operation | None:
        return AlterColumnDefault(
            table=self.table, column=self.column, default=self.was, was=self.default
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        table = self.apply(graph).get(Ref.of(ObjectKind.TABLE, self.table))
        column = table.column(self.column) if isinstance(table, Table) else None
        return asked_of_default(graph, table, column) if column else ()

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_DEFAULT.because(f"{self.was or 'none'} becomes {self.default or 'none'}")
        for refused in refused_default(facts):
            yield why.CHANGES_DEFAULT.because(refused, level=Level.HIGH)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        if what := self.takes_away(graph):
            yield why.CHANGES_DEFAULT.because(
                f"{what}: an INSERT that leaves the column out fails", level=Level.MEDIUM
            )
        table = graph.table(self.table)
        column = table.column(self.column) if table else None
        yield from refusing_default(self.default, column.type) if column else ()

    def takes_away(self, graph: SchemaGraph) -> str:
        table = graph.table(self.table)
        column = table.column(self.column) if table else None
        if self.default is not None or column is None or not column.not_null:
            return ""
        filled = column.default is not None or column.identity or column.generated
        return "" if filled else f"the default of {self.column}, which is required"
