"""alterForeignTable: a foreign table, or a column of it, gets other options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref

Options = tuple[str, ...]


class AlterForeignTable(Operation, frozen=True, kw_only=True):
    """Change the options of a foreign table, or of its column `column`.

    PostgreSQL wants to be told of each option whether it is added, set or dropped. Of one that
    may be a secret only a digest is known: it cannot be written.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str | None = None
    options: Options = ()  # "filename '/tmp/x'", in name order
    was: Options = ()

    @property
    def subject(self) -> Ref:
        if self.column is None:
            return Ref.of(ObjectKind.TABLE, self.table)
        return Ref.of(ObjectKind.COLUMN, self.table, self.column)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Table):
            if (
                old.foreign is None
                or new.foreign is None
                or old.foreign.server != new.foreign.server
            ):
                continue
            if old.foreign.options != new.foreign.options:
                yield cls(table=new.name, options=new.foreign.options, was=old.foreign.options)
            for column in new.columns:
                had = old.column(column.name)
                if had is not None and had.foreign_options != column.foreign_options:
                    yield cls(
                        table=new.name,
                        column=column.name,
                        options=column.foreign_options,
                        was=had.foreign_options,
                    )

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if table.foreign is None:
            raise unbound(self, f"table {self.table} is not a foreign table")
        column = table.column(self.column) if self.column else None
        if self.column and column is None:
            raise unbound(self, f"column {self.label} does not exist")
        was = column.foreign_options if column else table.foreign.options
        for name, (_, value) in _by_name(set(self.options) - set(was)).items():
            if value.startswith("sha256 "):
                raise unbound(self, f"the value of option {name} is not known: it may be a secret")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            if self.column is not None:
                return table.change_column(self.column, foreign_options=self.options)
            return table.change(foreign=replaced(table.foreign, options=self.options))

        return graph.edit_only(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        column = ddl("ALTER COLUMN {c} ", c=self.column) if self.column else ""
        sql = ddl(
            "ALTER FOREIGN TABLE {table} {column}OPTIONS ({changes})",
            table=self.table,
            column=raw(column),
            changes=raw(", ".join(self._changes())),
        )
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)),)

    def _changes(self) -> Iterator[str]:
        had, has = _by_name(self.was), _by_name(self.options)
        yield from (f"DROP {name}" for name in had if name not in has)
        for name, (text, _) in has.items():
            if name not in had:
                yield f"ADD {text}"
            elif had[name] != has[name]:
                yield f"SET {text}"

    def inverse(self, place: Place) -> Operation | None:
        undone: Self = replaced(self, options=self.was, was=self.options)
        return undone

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("where its rows are read from")


def _by_name(options: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Option -> (option with its value, value)."""
    return {text.partition(" ")[0]: (text, text.partition(" ")[2]) for text in sorted(options)}
