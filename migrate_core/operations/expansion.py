"""What the kinds of an expansion share: which column becomes what, and what makes it unfit.

expandColumn puts the new column beside the old one and keeps both in step; contractColumn
lets the new one take over; abandonExpansion takes the new one away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Safer, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Probe
from migrate_core.schema import casts
from migrate_core.schema.edges import column_ref
from migrate_core.schema.expansion import Incoming, Pair
from migrate_core.schema.families import is_alone
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts, column_parts, readers
from migrate_core.schema.renaming import rename_column
from migrate_core.schema.rules import read_key

# They are made again on the new column, or moved to it.
_FOLLOWS = {ObjectKind.CONSTRAINT, ObjectKind.INDEX, ObjectKind.SEQUENCE}
# A function's body finds the column by its name, whenever it runs.
_BY_NAME = ("function", "procedure", "aggregate", "comment")


class Expansion(Operation, frozen=True, kw_only=True):
    """`to` is the column that will be, with all that is to lean on it."""

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str
    to: ColumnParts
    using: str | None = None
    was: ColumnParts | None = None
    incoming: tuple[Incoming, ...] = ()
    key: tuple[str, ...] = ()  # the primary key's columns

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @property
    def renames(self) -> bool:
        return self.to.column.name != self.column

    @property
    def pair(self) -> Pair:
        old = self.was.column if self.was else Column(name=self.column, type=self.to.column.type)
        return Pair(table=self.table, old=old, to=self.to, using=self.using)

    def bound(self, graph: SchemaGraph) -> Self:
        """With what leans on the column read from the schema, and refused where it is unfit."""
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        was = column_parts(graph, table, column)
        to, using = self.to, self.using
        if self.was is None and not (to.constraints or to.indexes):
            to = _carried(graph, table, was, to)
        if using is None:
            using = using_of(graph, column, to.column)
        key = table.primary_key.columns if table.primary_key else ()
        pointing = tuple(incoming(graph, self.table, self.column))
        found: Self = replaced(self, was=was, to=to, using=using, incoming=pointing, key=key)
        if unfit := why_unfit(graph, table, was, to, pointing):
            raise unbound(self, f"column {self.label} cannot be expanded: {unfit}")
        return found

    def misfits(self, graph: SchemaGraph) -> Iterator[Probe]:
        """What would keep the columns from agreeing."""
        yield Probe(
            fact="later_triggers",
            question=f"triggers may change {self.column} after it was copied",
            query=later_triggers(self.table, self.pair.sync, self.column),
        )
        yield Probe(
            fact="column_rights",
            question=f"privileges are granted on {self.column} alone",
            query=_column_rights(self.pair),
        )


def in_two(
    graph: SchemaGraph, table: QualifiedName, column: str, new: Column, using: str | None = None
) -> Safer:
    """A change of a column in two migrations instead of at once.

    Raises:
        UnboundOperationError: the column cannot be expanded; says why.
    """
    to = ColumnParts(column=new)
    expand = make("expandColumn", table=table, column=column, to=to, using=using).bind(graph)
    contract = make("contractColumn", table=table, column=column, to=to, using=using)
    return Safer(instead=(expand,), later=(contract.bind(expand.apply(graph)),))


def why_unfit(
    graph: SchemaGraph,
    table: Table,
    was: ColumnParts,
    to: ColumnParts,
    pointing: tuple[Incoming, ...] = (),
) -> str:
    """What keeps a column from being expanded, with the way out; "" where nothing does."""
    return next(_unfit(graph, table, was, to, pointing), "")


def _unfit(
    graph: SchemaGraph,
    table: Table,
    was: ColumnParts,
    to: ColumnParts,
    pointing: tuple[Incoming, ...],
) -> Iterator[str]:
    old, new = was.column, to.column
    if not is_alone(graph, table):
        yield f"{table.name} shares it with partitions or heirs, or is foreign; leave --expand out"
    if table.primary_key is None:
        yield f"{table.name} has no primary key to walk by; add one first"
    yield from _unfit_pair(old, new)
    if in_the_way := tuple(_in_the_way(graph, table, old.name)):
        words = ", ".join(in_the_way)
        yield f"{words} would go on reading the old one; drop that first, and make it anew after"
    if domain := checked_domain(graph, new.type):
        yield f"adding a column of the domain {domain} writes every row; use its base type"
    yield from _unfit_keys((*was.constraints, *to.constraints))
    for one in pointing:
        if one.table == table.name and old.name in one.constraint.columns:
            yield f"{one.constraint.name} points from the column to itself; drop it first"


def _unfit_pair(old: Column, new: Column) -> Iterator[str]:
    if old.generated or new.generated:
        yield "its values are computed; change it without --expand"
    if any(_has_own_form(column) for column in (old, new)):
        yield "its NOT NULL is not validated, or not inherited; mend that first"
    if new.identity and not old.identity:
        yield "it becomes an identity as well; do that in a migration of its own"
    if old.name != new.name and old.type != new.type:
        yield "it gets another name and another type; expand one of them first"


def _has_own_form(column: Column) -> bool:
    rule = column.not_null_rule
    return rule is not None and not (rule.inherited and rule.validated)


def base_type(graph: SchemaGraph, type_: str) -> str:
    """What a domain is over, else the type itself."""
    domains = {str(domain.name): domain.type for domain in graph.domains}
    while type_ in domains:
        type_ = domains[type_]
    return type_


def using_of(graph: SchemaGraph, old: Column, new: Column) -> str | None:
    """How a value is cast, where PostgreSQL has no assignment cast of its own."""
    one, other = base_type(graph, old.type), base_type(graph, new.type)
    return casts.using(old.name, one, other, new.type if other != new.type else "")


def incoming(graph: SchemaGraph, table: QualifiedName, column: str) -> Iterator[Incoming]:
    for found, key in graph.foreign_keys_to(table):
        if column in key.ref_columns:
            yield Incoming(table=found.name, constraint=key)


def _carried(graph: SchemaGraph, table: Table, was: ColumnParts, to: ColumnParts) -> ColumnParts:
    """What is on the column today, for whoever writes no more than the new column."""
    name = to.column.name
    if name != was.column.name and table.column(name) is None:
        renamed = rename_column(graph, table.name, was.column.name, name)
        after = renamed.table(table.name) or table
        parts = column_parts(renamed, after, to.column)
    elif name != was.column.name:
        bare = graph.edit(table.name, lambda t: t.without_part(Column, name))
        return _carried(bare, bare.table(table.name) or table, was, to)
    else:
        parts = was
    return msgspec.structs.replace(parts, column=to.column, sequences=())


def _in_the_way(graph: SchemaGraph, table: Table, column: str) -> Iterator[str]:
    """Whatever PostgreSQL binds to the column itself; a routine's text goes by its name."""
    ref = column_ref(table.name, column)
    own = ref._replace(kind=ObjectKind.DEFAULT)
    for one in graph.dependents.get(ref, ()):
        if one.kind is ObjectKind.DEFAULT and one != own:
            yield f"generated column {one}"
        elif one.kind not in _FOLLOWS and one not in (own, ref):
            yield f"{one.kind} {one}"
    if graph.depends:
        return
    by_name = {f"{o.kind} {o.name}" for o in graph.others if o.kind in _BY_NAME}
    yield from (reader for reader in readers(graph, table, column) if reader not in by_name)


def checked_domain(graph: SchemaGraph, type_: str) -> str:
    for domain in graph.domains:
        if type_ == str(domain.name) and (domain.constraints or domain.not_null):
            return str(domain.name)
    return ""


def _unfit_keys(constraints: tuple[Constraint, ...]) -> Iterator[str]:
    way_out = "change it without --expand"
    for one in constraints:
        key = one.type in ("primary key", "unique")
        shape = read_key(one.definition) if key else None
        if one.type == "exclude":
            yield f"{one.name} excludes rows, and its index has no online way; {way_out}"
        elif shape and shape.has_periods:
            yield f"{one.name} is of periods, and its index has no online way; {way_out}"
        elif shape and shape.timing:
            yield f"{one.name} is deferrable, and an index beside it would not wait; {way_out}"


def later_triggers(table: QualifiedName, sync: str, column: str) -> str:
    """Row triggers that fire after ours and whose function names the column."""
    return ddl(
        "SELECT count(*) FROM pg_catalog.pg_trigger AS g"
        " JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid"
        " WHERE g.tgrelid = to_regclass({table}) AND NOT g.tgisinternal AND g.tgtype & 3 = 3"
        ' AND g.tgname > {sync} COLLATE "C"'
        " AND (strpos(p.prosrc, {column}) > 0"
        " OR strpos(encode(g.tgargs, 'escape'), {column}) > 0)",
        table=literal(str(table)),
        sync=literal(sync),
        column=literal(column),
    )


def _column_rights(pair: Pair) -> str:
    return ddl(
        "SELECT count(*) FROM pg_catalog.pg_attribute AS a"
        " WHERE a.attrelid = to_regclass({table}) AND a.attname = {column}"
        " AND a.attacl IS NOT NULL",
        table=literal(str(pair.table)),
        column=literal(pair.old.name),
    )
