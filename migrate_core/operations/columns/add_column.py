"""addColumn: a column is added to a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    Safer,
    replaced,
    table_in,
    unbound,
)
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.clashing import clashing
from migrate_core.risk.facts import Facts
from migrate_core.risk.filling import filling
from migrate_core.risk.numbers import too_many_rows
from migrate_core.risk.reasons import Reason
from migrate_core.risk.triggers import of_wider
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.column_filling import add_filled
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref, numbers_for
from migrate_core.schema.families import is_alone, taken_names
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.literals import is_beyond
from migrate_core.schema.not_null import with_name
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import Ref
from migrate_core.schema.storage import column_settings
from migrate_core.schema.volatility import is_lasting


class AddColumn(Operation, frozen=True, kw_only=True):
    """Add a column.

    A default that is not volatile is kept in the catalog and no row is written, now() and
    its like included; clock_timestamp(), random() or an identity would write every row under
    ACCESS EXCLUSIVE. Where the table has a primary key, such a column is added bare instead,
    new rows get the default, and those of today get it in batches by that key; then NULL is
    forbidden. An identity counts by a sequence of its own until then, and goes on from there.
    Made safe, a required one without a default is added nullable, filled with a value that
    is asked for, and required after that.
    Source: PostgreSQL documentation, ALTER TABLE, "Notes"; measured on 15 and 18.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    column: Column
    checked: bool = False  # whether its domain has rules
    key: tuple[str, ...] = ()  # the primary key's columns, where rows are filled by it
    numbers: int | None = None  # that its sequence has for it; none: enough, or it has no sequence
    constraint: str | None = None  # the usual name of NOT NULL (18), where it has to be said

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
        table = table_in(graph, self.table, self)
        if table.column(self.column.name):
            raise unbound(self, f"column {self.label} exists already")
        online = self._rewrites and is_alone(graph, table)
        key = table.primary_key.columns if online and table.primary_key else ()
        checked = any(
            str(domain.name) == self.column.type and (domain.constraints or domain.not_null)
            for domain in graph.domains
        )
        required = [self.column] if self.column.not_null else []
        names = taken_names(graph, self.table, required)
        name = names[0][1] if names else None
        room = numbers_for(graph, self.column)
        bound: Self = replaced(self, key=key, checked=checked, constraint=name, numbers=room)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.column))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        column = with_name(self.column, self.constraint) if self.constraint else self.column
        if self.key:
            return add_filled(self.table, column, self.key, place.helper)
        add = ddl(
            "ALTER TABLE {table} ADD COLUMN {clause}",
            table=self.table,
            clause=column_clause(column),
        )
        statement = Statement(
            sql=add,
            lock=LockMode.ACCESS_EXCLUSIVE,
            on=self.table,
            scans=self._is_bare,  # an empty table, too
            rewrites=self._rewrites or self.checked,
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

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        """Nullable first, then filled, then required; the value has to be known for that."""
        if not self._is_bare or self.checked:
            return None
        name, bare = self.column.name, msgspec.structs.replace(self.column, not_null=False)
        expression = value or "NULL"
        return Safer(
            instead=(
                AddColumn(table=self.table, column=bare),
                make("backfill", table=self.table, column=name, expression=expression),
                make("alterColumnNullable", table=self.table, column=name, nullable=False),
            ),
            asks=None if value else self.subject,
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        size = facts.describe()
        yield from too_many_rows(self.numbers, facts)
        if is_beyond(self.column.default, self.column.type):
            said = f"{self.column.type} does not hold {self.column.default}"
            yield why.WOULD_FAIL.because(said)
        if self.key:
            yield from filling(facts, self.key)
        elif self.checked:
            yield why.REBUILDS_TABLE.because(f"a domain's rules are asked of every row; {size}")
        elif self._rewrites:
            yield why.REBUILDS_TABLE.because(f"no primary key to fill the rows by; {size}")
        elif self.column.default is not None:
            yield why.ADDS_COLUMN_WITH_DEFAULT.because(f"no rewrite; {size}")
        elif self.column.not_null:
            yield why.ADDS_REQUIRED_COLUMN_WITHOUT_DEFAULT.because(size)
        else:
            yield why.ADDS_NULLABLE_COLUMN.because(f"no rewrite; {size}")

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from of_wider(base, graph, self.table)
        yield from clashing(graph, self.table, self.column.name)

    @property
    def _is_bare(self) -> bool:
        """Required, and nothing fills it: it fits a table without rows alone."""
        filled = self.column.default is not None or self.column.identity is not None
        return self.column.not_null and not filled

    @property
    def _rewrites(self) -> bool:
        return self.column.identity is not None or not is_lasting(self.column.default)
