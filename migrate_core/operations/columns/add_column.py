"""addColumn: a column is added to a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.lexer import tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import Ref
from migrate_core.schema.storage import column_settings


class AddColumn(Operation, frozen=True, kw_only=True):
    """Add a column.

    A default that is not volatile is kept in the catalog and no row is written, now() and
    its like included; clock_timestamp(), random(), an identity or a stored generated
    column write every row under ACCESS EXCLUSIVE. A required column that has a value for
    existing rows is added nullable, backfilled and then forbidden to be NULL.
    Source: PostgreSQL documentation, ALTER TABLE, "Notes"; measured on 15 and 18.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    column: Column

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, column in delta.added_parts(Column):
            if column.generated:
                continue
            later = column_ref(table.name, column.name) in delta.answers.backfill_of
            added = msgspec.structs.replace(column, not_null=False) if later else column
            yield cls(table=table.name, column=added)

    def bind(self, graph: SchemaGraph) -> Self:
        if table_in(graph, self.table, self).column(self.column.name):
            raise unbound(self, f"column {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.column))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        add = ddl(
            "ALTER TABLE {table} ADD COLUMN {clause}",
            table=self.table,
            clause=column_clause(self.column),
        )
        statement = Statement(
            sql=add,
            lock=LockMode.ACCESS_EXCLUSIVE,
            on=self.table,
            rewrites=self._rewrites,
            inherited=True,
        )
        settings = column_settings(self.table, None, self.column)
        return (stage(statement, *settings, *comment_on(self.subject, self.column.comment)),)

    def claims(self) -> frozenset[tuple[str, str]]:
        identity = self.column.identity
        names = [identity.sequence] if identity else []
        return frozenset((name.schema, name.name) for name in names)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropColumn", table=self.table, column=self.column.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        size = facts.describe()
        if self._rewrites:
            yield why.REBUILDS_TABLE.because(f"a value is computed for every row; {size}")
        elif self.column.default is not None:
            yield why.ADDS_COLUMN_WITH_DEFAULT.because(f"no rewrite; {size}")
        elif self.column.not_null:
            yield why.ADDS_REQUIRED_COLUMN_WITHOUT_DEFAULT.because(size)
        else:
            yield why.ADDS_NULLABLE_COLUMN.because(f"no rewrite; {size}")

    @property
    def _rewrites(self) -> bool:
        return self.column.identity is not None or _is_computed(self.column.default)


# Functions of the transaction's start: evaluated once, so the catalog can hold the value.
_STABLE = {"now", "transaction_timestamp", "statement_timestamp", "timezone", "current_setting"}


def _is_computed(default: str | None) -> bool:
    """Whether a default calls anything not known to be stable: unknown counts as volatile."""
    found = [token for token in tokens(default or "") if token.text.strip()]
    calls = (a.name for a, b in pairwise(found) if a.name and b.text == "(")
    return any(name not in _STABLE for name in calls)
