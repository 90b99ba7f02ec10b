"""alterColumnType: a column gets another type or collation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema import types
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Value
from migrate_core.schema.refs import Ref
from migrate_core.schema.types import TypeChange


class TypeAndDefault(Value, frozen=True, kw_only=True):
    """They change together: an old default may have no cast to the new type."""

    type: str
    collation: str | None = None
    default: str | None = None


class AlterColumnType(Operation, frozen=True, kw_only=True):
    """Change a column's type, its collation, and its default along with them.

    Widenings that PostgreSQL does without touching a row stay a plain, quick ALTER; any
    other change writes every row and index under ACCESS EXCLUSIVE, and says so. `using`
    is written only where PostgreSQL has no assignment cast of its own.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str
    to: TypeAndDefault
    using: str | None = None
    was: TypeAndDefault | None = None

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            if old.type != new.type or old.collation != new.collation:
                yield cls(
                    table=table.name,
                    column=new.name,
                    to=_of(new),
                    using=types.using(new.name, old.type, new.type),
                    was=_of(old),
                )

    def bind(self, graph: SchemaGraph) -> Self:
        column = table_in(graph, self.table, self).column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        bound: Self = replaced(self, was=_of(column))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        to = self.to
        return graph.edit(
            self.table,
            lambda table: table.change_column(
                self.column, type=to.type, collation=to.collation, default=to.default
            ),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        change = f"TYPE {raw(self.to.type)}"
        change += f" COLLATE {raw(self.to.collation)}" if self.to.collation else ""
        change += f" USING {raw(self.using)}" if self.using else ""
        same_default = self.was is not None and self.was.default == self.to.default
        if self.was and self.was.default is not None and not same_default:
            yield self._alter("DROP DEFAULT")
        yield self._alter(
            change, scans=self._rebuilds, rewrites=self._change is not TypeChange.FREE
        )
        if self.to.default is not None and not same_default:
            yield self._alter(f"SET DEFAULT {raw(self.to.default)}")

    def _alter(self, action: str, *, scans: bool = False, rewrites: bool = False) -> Statement:
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} {action}",
            table=self.table,
            column=self.column,
            action=raw(action),
        )
        exclusive = LockMode.ACCESS_EXCLUSIVE
        return Statement(
            sql=sql, lock=exclusive, on=self.table, scans=scans, rewrites=rewrites, inherited=True
        )

    @property
    def _change(self) -> TypeChange:
        if self.was is None:
            return TypeChange.NARROW  # not known yet: the worst
        if self.using and self.using != types.using(self.column, self.was.type, self.to.type):
            return TypeChange.NARROW  # a person's expression: anything may come of it
        if self.was.type == self.to.type:
            return TypeChange.FREE
        return types.change(self.was.type, self.to.type)

    @property
    def _rebuilds(self) -> bool:
        """A new collation reads every row to build the indexes on the column anew."""
        return self.was is not None and self.was.collation != self.to.collation

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterColumnType(
            table=self.table,
            column=self.column,
            to=self.was,
            using=types.using(self.column, self.to.type, self.was.type),
            was=self.to,
        )

    def disturbs(self) -> frozenset[Ref]:
        return frozenset({self.subject})

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        misfit = types.misfits(self.column, self.was.type, self.to.type) if self.was else None
        if misfit is None:
            return ()
        return (
            Probe(
                fact="misfits",
                question=f"values of {self.column} do not fit {self.to.type}",
                query=counted(self.table, misfit),
                sample=sampled(graph, self.table, misfit),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        was = self.was.type if self.was else "an unknown type"
        evidence = f"{was} becomes {self.to.type}; {facts.describe()}"
        if self._change is TypeChange.FREE:
            yield why.WIDENS_COLUMN_TYPE.because(evidence)
        elif self._change is TypeChange.REWRITE:
            yield why.CHANGES_COLUMN_TYPE.because(evidence)
        else:
            yield why.NARROWS_COLUMN_TYPE.because(evidence)
            if self.was and types.misfits(self.column, self.was.type, self.to.type):
                yield from breaking(facts, "misfits")
        if self._rebuilds:
            yield why.REBUILDS_DEPENDENT_INDEXES.because(
                f"collation {self.to.collation or 'of the type'}"
            )


def _of(column: Column) -> TypeAndDefault:
    return TypeAndDefault(type=column.type, collation=column.collation, default=column.default)
