"""createTable: a table is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import column_clause, comment_on, constraint_clause
from migrate_core.schema.cycles import later_parts
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import column_settings, parameters


class CreateTable(Operation, frozen=True, kw_only=True):
    """Create a table with its columns, keys and checks.

    Foreign keys, indexes, policies and row security come as operations of their own, once
    every table of the plan stands.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    definition: Table

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.added(Table):
            yield cls(definition=_bare(table, *later_parts(delta.after, table)))

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.table(self.definition.name):
            raise unbound(self, f"table {self.label} exists already")
        if self.definition != _bare(self.definition):
            problem = "foreign keys, indexes, policies and row security are operations of their own"
            raise unbound(self, problem)
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        clauses = [column_clause(column) for column in self.definition.columns]
        clauses += [constraint_clause(c) for c in self.definition.constraints]
        body = "(\n    " + ",\n    ".join(clauses) + "\n)" if clauses else "()"
        made = self.definition
        options = parameters(made.options, made.toast_options)
        create = ddl(
            "CREATE {unlogged}TABLE {table} {body}{options}",
            unlogged=raw("UNLOGGED " if made.unlogged else ""),
            table=made.name,
            body=raw(body),
            options=raw(f" WITH ({options})" if options else ""),
        )
        return (stage(Statement(sql=create), *self._settings(), *self._comments()),)

    def _settings(self) -> Iterator[Statement]:
        """Of a table that nobody else sees yet: their locks stop nobody."""
        for column in self.definition.columns:
            for statement in column_settings(self.definition.name, None, column):
                yield Statement(sql=statement.sql)

    def _comments(self) -> Iterator[Statement]:
        name = self.definition.name
        yield from comment_on(self.subject, self.definition.comment)
        for column in self.definition.columns:
            yield from comment_on(Ref.of(ObjectKind.COLUMN, name, column.name), column.comment)
        for made in self.definition.constraints:
            yield from comment_on(Ref.of(ObjectKind.CONSTRAINT, name, made.name), made.comment)

    def claims(self) -> frozenset[tuple[str, str]]:
        table = self.definition
        names = [c.name for c in table.constraints if c.type != "check"]
        names += [c.identity.sequence.name for c in table.columns if c.identity]
        return frozenset((table.name.schema, name) for name in (table.name.name, *names))

    def inverse(self, place: Place) -> Operation | None:
        return make("dropTable", name=self.definition.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(f"{len(self.definition.columns)} columns")


def _bare(table: Table, later: Sequence[Column] = (), checks: Sequence[Constraint] = ()) -> Table:
    """What CREATE TABLE holds; not the defaults and checks that call what needs the table."""
    columns = (msgspec.structs.replace(c, default=None) if c in later else c for c in table.columns)
    return Table(
        name=table.name,
        columns=tuple(columns),
        constraints=tuple(c for c in table.constraints if c.inline and c not in checks),
        unlogged=table.unlogged,
        options=table.options,
        toast_options=table.toast_options,
        comment=table.comment,
    )
