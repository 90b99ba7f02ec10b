"""backfill: existing rows get a value, in batches."""

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
from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, raw
from migrate_core.pg.lexer import tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.computing import Filling, asked_of_filling, unfillable
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.filling import filling
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.keys import usable_key
from migrate_core.schema.refs import ObjectKind, Ref


class Backfill(Operation, frozen=True, kw_only=True):
    """Write a value into the rows that have none yet, by keyset over a key of the table.

    Each batch is a transaction of its own with its checkpoint, so that locks are short,
    vacuum keeps up, and a run that stops goes on behind the last batch. Only rows where
    the column is NULL are written unless `where` says otherwise.
    """

    effect: ClassVar[Effect] = Effect.FILL

    table: QualifiedName
    column: str
    expression: str  # SQL over the row
    where: str | None = None
    key: tuple[str, ...] = ()  # of the primary key, or of another in which nothing is NULL
    names: tuple[str, ...] = ()  # columns that the expression reads

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for ref, expression in delta.answers.backfills:
            table = delta.before.table(ref.relation)
            wanted = delta.after.table(ref.relation)
            if ref.kind is not ObjectKind.COLUMN or table is None or wanted is None:
                continue
            if table.column(ref.part) or wanted.column(ref.part):
                found = cls(table=ref.relation, column=ref.part, expression=expression)
                yield found._with_names(delta.before)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        if column.generated:
            raise unbound(self, f"column {self.label} is generated and cannot be written")
        if not usable_key(table):
            problem = f"table {self.table} has no primary key, and no unique one without NULLs"
            raise unbound(self, f"{problem}, to walk by: add one, or write the rows with rawSql")
        return self._with_names(graph)

    def _with_names(self, graph: SchemaGraph) -> Self:
        table = graph.table(self.table)
        if table is None:
            return self
        words = {t.name for t in tokens(f"{self.expression} {self.where or ''}") if t.name}
        names = tuple(c.name for c in table.columns if c.name in words)
        bound: Self = replaced(self, key=usable_key(table), names=names)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph

    @property
    def _where(self) -> str:
        return self.where or ddl("{column} IS NULL", column=self.column)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        assign = ddl("{column} = {value}", column=self.column, value=raw(self.expression))
        where = self._where
        plain = ddl(
            "UPDATE {table} SET {assign} WHERE {where}",
            table=self.table,
            assign=raw(assign),
            where=raw(where),
        )
        lock = LockMode.ROW_EXCLUSIVE
        return (
            Stage(
                statements=(Statement(sql=plain, lock=lock, on=self.table),),
                mode=StageMode.BATCHED,
                batch=Batch(table=self.table, key=self.key, assign=assign, where=where),
            ),
        )

    def reads(self) -> frozenset[Ref]:
        return frozenset(column_ref(self.table, name) for name in self.names)

    def inverse(self, place: Place) -> Operation | None:
        """None: what stood in a row before is not kept. A column added in the same plan goes
        as a whole when that is undone."""
        return None

    def answers(self) -> Answers:
        return Answers(backfills=((self.subject, self.expression),))

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return self._asked(graph, self._where)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        """A column that is new and without a default is NULL in every row."""
        table = graph.table(self.table)
        column = table.column(self.column) if table else None
        is_bare = column is not None and column.default is None and "." not in column.type
        if self.where or self.subject not in made or self.reads() & made or not is_bare:
            return ()
        return self._asked(graph, "true")

    def _asked(self, graph: SchemaGraph, where: str) -> tuple[Probe, ...]:
        table = graph.table(self.table)
        column = table.column(self.column) if table else None
        if table is None or column is None:
            return ()
        found = Filling(table=table, column=column, expression=self.expression, where=where)
        return asked_of_filling(graph, found)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield from filling(facts, self.key)
        yield from unfillable(facts)
