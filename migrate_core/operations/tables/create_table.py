"""createTable: a table is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import (
    comment_on,
    constraint_clause,
    constraint_comments,
    table_clause,
)
from migrate_core.schema.cycles import later_parts
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import taken_names
from migrate_core.schema.following import detached, structure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import with_name
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import column_settings


class CreateTable(Operation, frozen=True, kw_only=True):
    """Create a table with its columns, keys and checks.

    Foreign keys, indexes, policies and row security come as operations of their own, once
    every table of the plan stands.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    definition: Table
    given: tuple[Column, ...] = ()  # columns as its parents have them that it has otherwise
    later: tuple[str, ...] = ()  # keys over the columns of another
    not_nulls: tuple[tuple[str, str], ...] = ()  # columns, and names (18) that are taken

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.definition.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table in delta.added(Table):
            yield cls(
                definition=_bare(table, *later_parts(delta.after, table)),
                given=tuple(_given(delta.after, table)),
                later=_repeated(table),
            )

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.table(self.definition.name):
            raise unbound(self, f"table {self.label} exists already")
        secret = secret_options(self.definition)
        if secret:
            raise unbound(self, f"the value of option {secret[0]} is not known: it may be a secret")
        if self.definition != _bare(self.definition):
            problem = "foreign keys, indexes, policies and row security are operations of their own"
            raise unbound(self, problem)
        required = [c for c in self.definition.columns if c.not_null and c.local]
        bound: Self = replaced(
            self,
            later=self.later or _repeated(self.definition),
            not_nulls=taken_names(graph, self.definition.name, required),
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        lock = LockMode.SHARE_UPDATE_EXCLUSIVE
        also = tuple((parent, lock) for parent in self.definition.inherits)
        later = [c for c in self.definition.constraints if c.name in self.later]
        first = tuple(c for c in self.definition.constraints if c.name not in self.later)
        named = dict(self.not_nulls)
        columns = (
            with_name(c, named[c.name]) if c.name in named else c for c in self.definition.columns
        )
        bare = self.definition.change(constraints=first, columns=tuple(columns))
        create = Statement(sql=table_clause(bare), also=also)
        keys = (
            ddl("ALTER TABLE {t} ADD {key}", t=self.definition.name, key=constraint_clause(key))
            for key in later
        )
        more = (Statement(sql=sql) for sql in keys)
        return (stage(create, *more, *self._differing(), *self._settings(), *self._comments()),)

    def _differing(self) -> Iterator[Statement]:
        """What it has otherwise than its parents give it: no clause of CREATE TABLE can say
        so without the column counting as its own."""
        given = {column.name: column for column in self.given}
        for column in self.definition.columns:
            was = given.get(column.name, column)
            if was.default != column.default:
                how = "DROP DEFAULT" if column.default is None else f"SET DEFAULT {column.default}"
                yield self._alter(column.name, how)
            if was.not_null != column.not_null:
                yield self._alter(
                    column.name, "SET NOT NULL" if column.not_null else "DROP NOT NULL"
                )

    def _alter(self, column: str, action: str) -> Statement:
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} {action}",
            table=self.definition.name,
            column=column,
            action=raw(action),
        )
        return Statement(sql=sql)

    def _settings(self) -> Iterator[Statement]:
        """Of a table that nobody else sees yet: their locks stop nobody."""
        for column in self.definition.columns:
            for statement in column_settings(self.definition.name, None, column):
                yield Statement(sql=statement.sql)

    def _comments(self) -> Iterator[Statement]:
        name = self.definition.name
        foreign = self.subject._replace(kind=ObjectKind.FOREIGN_TABLE)
        subject = foreign if self.definition.foreign else self.subject
        yield from comment_on(subject, self.definition.comment)
        for column in self.definition.columns:
            yield from comment_on(Ref.of(ObjectKind.COLUMN, name, column.name), column.comment)
        for made in self.definition.constraints:
            yield from constraint_comments(name, made)

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
    """The table as it stands by itself, before it is a partition of another; without the
    defaults and checks that call what needs the table."""
    alone = structure(detached(table) if table.partition_of else table)
    columns = (msgspec.structs.replace(c, default=None) if c in later else c for c in alone.columns)
    return alone.change(
        columns=tuple(columns),
        constraints=tuple(c for c in alone.constraints if c not in checks),
        indexes=(),
    )


def _repeated(table: Table) -> tuple[str, ...]:
    """Keys that CREATE TABLE would leave out because another has their columns.

    That which is attached to a partitioned table's is made first: PostgreSQL attaches the
    first that fits.
    """
    keys = [c for c in table.constraints if c.type in ("primary key", "unique")]
    seen: set[tuple[str, ...]] = set()
    found = []
    for key in sorted(keys, key=lambda key: (key.parent is None, key.type != "primary key")):
        if key.columns in seen:
            found.append(key.name)
        seen.add(key.columns)
    return tuple(found)


def _given(graph: SchemaGraph, table: Table) -> Iterator[Column]:
    """Inherited columns as the first parent gives them, where the table's differ."""
    parents = [parent for name in table.inherits if (parent := graph.table(name))]
    for column in table.columns:
        found = [c for parent in parents if (c := parent.column(column.name))]
        if column.local or not found:
            continue
        default = next((c.default for c in found if c.default is not None), None)
        was = Column(
            name=column.name,
            type=column.type,
            default=default,
            not_null=any(c.not_null for c in found),
        )
        if (was.default, was.not_null) != (column.default, column.not_null):
            yield was


def secret_options(table: Table) -> tuple[str, ...]:
    """Options of a foreign table of which only a digest was read."""
    options = [*(table.foreign.options if table.foreign else ())]
    options += [option for column in table.columns for option in column.foreign_options]
    return tuple(option.partition(" ")[0] for option in options if " sha256 " in option)
