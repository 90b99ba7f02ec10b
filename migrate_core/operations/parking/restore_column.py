"""restoreColumn: a dropped column comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import (
    Effect,
    Operation,
    Origin,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.operations.carrying import (
    brought_back,
    in_today,
    putting_back,
    refuse_misfits,
    refuse_taken,
    returning,
)
from migrate_core.operations.creation import about_owners, giving_on_column
from migrate_core.operations.park import Release
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.filling import filling
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.dependants import with_dependants
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.not_null import names_of as not_nulls
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.parking import (
    ARCHIVE_SCHEMA,
    all_parts,
    dropped_parts,
    into_sight,
    keys_of,
    on_table,
    rename_parts,
)
from migrate_core.schema.refs import Ref
from migrate_core.schema.removal import ColumnParts, with_column
from migrate_core.schema.renamed_parts import column_under, names_beside
from migrate_core.schema.returning import Names, has_index
from migrate_core.schema.storage import column_settings

_ADDS = {
    "primary key": "addPrimaryKey",
    "unique": "addUnique",
    "exclude": "addUnique",
    "check": "addCheck",
    "foreign key": "addForeignKey",
}


class RestoreColumn(Operation, frozen=True, kw_only=True):
    """Bring a column back: from its parked name, from its archive, or as a bare definition.

    `parked` says which step dropped it; with `key` the values come from the archive by key,
    in batches; without `parked` only the definition comes back. Rules it had are added
    NOT VALID and validated afterwards. Rows written since hold NULL: where there are any,
    the column comes back `nullable`, which is said before anything runs. What was parked
    with it is made again at the end, in order. With `under` it comes back beside the column
    that has its name by now: names of its constraints, indexes and sequences that are taken
    get a number, and what leaned on it, which spoke of the old name, does not come back.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    table: QualifiedName
    was: ColumnParts
    parked: Origin | None = None
    key: tuple[str, ...] = ()
    nullable: bool = False
    filled: bool = False  # it went on filling itself: NOT NULL, default and key are in place
    under: str | None = None  # the name it comes back with, if not its own
    names: tuple[tuple[str, str], ...] = ()  # of its parts, where they have to be others

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self._name)

    @property
    def _name(self) -> str:
        return self.under or self.was.column.name

    @property
    def _now(self) -> ColumnParts:
        """What it will be."""
        if self.under is None:
            return self.was
        return column_under(self.table, self.was, self.under, dict(self.names))

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if table.column(self._name):
            raise unbound(self, f"column {self.label} is there again: its name is taken")
        self._refuse_keys(table)
        if self.under:
            beside: Self = replaced(self, names=self._free_names(graph, table))
            refuse_taken(self, graph, _claimed(self.table, beside._now))
            return beside
        refuse_taken(self, graph, _claimed(self.table, self.was))
        if ruled := next((c.name for c in self.was.constraints if table.constraint(c.name)), None):
            raise unbound(self, f"{self.table} has another constraint {ruled} by now")
        refuse_misfits(self, self._with_column(graph), self.was.along)
        was = msgspec.structs.replace(self.was, along=in_today(self.was.along, graph))
        bound: Self = replaced(self, was=was)
        return bound

    def _refuse_keys(self, table: Table) -> None:
        key = keys_of(self.was)
        if key and self.nullable:
            raise unbound(
                self,
                f"rows written since hold no value for {self._name}, which the primary key"
                f" {key[0].name} needs: give them one, or delete them",
            )
        if key and table.primary_key:
            raise unbound(
                self,
                f"it was in the primary key {key[0].name}, and {self.table} has another one"
                f" by now, {table.primary_key.name}",
            )

    def _free_names(self, graph: SchemaGraph, table: Table) -> tuple[tuple[str, str], ...]:
        """For what is taken in the schema, and for rules, which a table names."""
        in_schema = Names(graph).are_taken(self.table.schema)
        indexes = names_beside((n.name for n in _claimed(self.table, self.was)), in_schema)
        rules = (c.name for c in self.was.constraints if not has_index(c))
        others = names_beside(rules, lambda name: table.constraint(name) is not None)
        return (*indexes.items(), *others.items())

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return with_dependants(self._with_column(graph), self._now.along)

    def _with_column(self, graph: SchemaGraph) -> SchemaGraph:
        nullable = self.nullable
        column = msgspec.structs.replace(
            self._now.column, not_null=self._now.column.not_null and not nullable
        )
        return with_column(graph, self.table, msgspec.structs.replace(self._now, column=column))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        kept = self.parked is not None and not self.key
        first = self._unpark if kept else self._add
        parts = dropped_parts(self._now, filled=self.filled) if kept else all_parts(self._now)
        return (
            stage(*first(place)),
            *self._fill(),
            *self._rules(place, parts),
            *(() if kept else self._rights(place)),
            *putting_back(self._now.along, place),
        )

    def _unpark(self, place: Place) -> Iterator[Statement]:
        origin = self.parked or place
        old = origin.parked_name(self.was.column.name)
        yield on_table(self.table, "RENAME COLUMN {old} TO {new}", old=old, new=self._name)
        was, now = (
            Table(name=self.table, columns=(parts.column,)) for parts in (self.was, self._now)
        )
        rules = zip(not_nulls(was), not_nulls(now), strict=True)
        yield from rename_parts(
            self.table,
            self.was,
            into_sight(origin.parked_name, dict((*self.names, *rules))),
            filled=self.filled,
            major=place.major,
        )
        if not self.filled:
            yield from self._default()

    def _add(self, place: Place) -> Iterator[Statement]:
        """Bare first: a default would fill rows that hold something else."""
        for sequence in self._now.sequences:
            made = make(
                "createSequence",
                name=sequence.name,
                options=sequence.options,
                unlogged=sequence.unlogged,
                comment=sequence.comment,
            )
            yield from (s for st in made.stages(place) for s in st.statements)
        column = self._now.column
        bare = msgspec.structs.replace(column, not_null=False, default=None, identity=None)
        add = on_table(self.table, "ADD COLUMN {clause}", clause=column_clause(bare))
        # A stored value is computed for every row, and the rules of a domain are asked of it.
        stored = column.generated is not None and column.generated.stored
        yield msgspec.structs.replace(add, rewrites=stored or "." in column.type)
        yield from column_settings(self.table, None, column)
        yield from comment_on(self.subject, column.comment)
        yield from self._default()
        for sequence in self._now.sequences:
            owner = column_ref(self.table, self._name)
            sql = ddl(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=sequence.name,
                table=owner.relation,
                column=owner.part,
            )
            yield Statement(sql=sql)

    def _default(self) -> Iterator[Statement]:
        if self._now.column.default is not None:
            yield on_table(
                self.table,
                "ALTER COLUMN {column} SET DEFAULT {default}",
                column=self._name,
                default=raw(self._now.column.default),
            )

    def _fill(self) -> Iterator[Stage]:
        """A row that holds a NULL is not one: IS NULL would take it for one."""
        if self.parked is None or not self.key:
            return
        archive = QualifiedName(ARCHIVE_SCHEMA, self.parked.parked_name(self.was.column.name))
        same = " AND ".join(
            ddl("a.{key} = {table}.{key}", key=key, table=self.table) for key in self.key
        )
        names = {
            "column": self._name,
            "kept": self.was.column.name,
            "archive": raw(str(archive)),
            "same": raw(same),
        }
        assign = ddl("{column} = (SELECT a.{kept} FROM {archive} AS a WHERE {same})", **names)
        where = ddl(
            "{column} IS NOT DISTINCT FROM NULL AND EXISTS (SELECT FROM {archive} AS a WHERE {same}"
            " AND a.{kept} IS DISTINCT FROM NULL)",  # IS NULL would ask a composite one's fields
            **names,
        )
        plain = ddl(
            "UPDATE {table} SET {assign} WHERE {where}",
            table=self.table,
            assign=raw(assign),
            where=raw(where),
        )
        yield Stage(
            statements=(Statement(sql=plain, lock=LockMode.ROW_EXCLUSIVE, on=self.table),),
            mode=StageMode.BATCHED,
            batch=Batch(table=self.table, key=self.key, assign=assign, where=where),
        )

    def _rules(self, place: Place, parts: tuple[Constraint | Index, ...]) -> Iterator[Stage]:
        """Not null, identity, and what has to be made again, each by its own kind."""
        column = self._now.column
        made: list[Operation] = []
        if column.not_null and not (self.nullable or self.filled):
            helper, may_be_row = place.helper(self._name), "." in column.type
            yield from forbid_null(self.table, self._name, helper=helper, may_be_row=may_be_row)
        fields = {"table": self.table, "column": self._name}
        if column.identity and not self.filled:
            made.append(make("alterIdentity", **fields, to=column.identity))
        for part in parts:
            if isinstance(part, Index):
                made.append(make("addIndex", table=self.table, index=part))
            else:
                made.append(make(_ADDS[part.type], table=self.table, constraint=part))
        if self._now.clustered_on:
            made.append(make("clusterOn", table=self.table, index=self._now.clustered_on))
        for operation in made:
            yield from operation.stages(place)

    def _rights(self, place: Place) -> Iterator[Stage]:
        """A parked column has kept them."""
        for operation in giving_on_column(self.table, self._now):
            yield from operation.stages(place)

    def unrehearsable(self, place: Place) -> frozenset[str]:
        given = giving_on_column(self.table, self._now)
        return about_owners([*returning(self._now.along), *given], place)

    def inverse(self, place: Place) -> Operation | None:
        kind = "softDropColumn" if self.parked and not self.key else "archiveColumn"
        if self.parked is None:
            kind = "dropColumn"
        return make(kind, table=self.table, column=self._name)

    def releases(self) -> tuple[Release, ...]:
        if self.parked is None:
            return ()
        parked = self.parked.parked_name(self.was.column.name)
        if self.key:
            return (Release(physical_name=QualifiedName(ARCHIVE_SCHEMA, parked)),)
        return (Release(physical_name=self.table, physical_column=parked),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RESTORES_OBJECT.because(facts.describe())
        if self.key:
            yield from filling(facts, self.key, "values come back")
        yield from brought_back(self._now.along)
        if self.parked is None:
            yield why.NO_INVERSE.because("only the definition comes back: the values are gone")


def _claimed(table: QualifiedName, parts: ColumnParts) -> Iterator[QualifiedName]:
    """Names in the schema that a column comes back with."""
    yield from (table.renamed(part.name) for part in all_parts(parts) if has_index(part))
    yield from (sequence.name for sequence in parts.sequences)
    if parts.column.identity:
        yield parts.column.identity.sequence
