"""replaceType: a type or a collation is made anew, and its columns move over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.creation import Rights, about_owners, giving, rights_on, statements_of
from migrate_core.operations.dropped_types import PARKED_USERS, parked_users, refuse_parking
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.domain_values import DomainRules, breaking_domain, rules_for_moved
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.bounds import object_name
from migrate_core.schema.clauses import noun
from migrate_core.schema.definitions import Domain
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_changes import (
    Member,
    MovedColumn,
    conversion,
    is_of_type,
    moved_columns,
    replacements,
)
from migrate_core.schema.type_clauses import TypeThing, created


class ReplaceType(Operation, frozen=True, kw_only=True):
    """Replace a type, or a collation, that PostgreSQL cannot change in place.

    No ALTER takes a value away from an enum, gives a domain another base or a collation
    another locale. So the old one steps aside under a helper name, the new one is created
    under the final name, every column of it is altered over, and the old one is dropped: one
    transaction, in which each of those tables is written anew. `to` holds the type first, then
    all that is made of it, which is replaced along with it. What else names it (defaults,
    checks, views, functions) is dropped before and made again after.
    A range type leaves its constructors' names behind when it steps aside, so its columns
    go by way of text instead.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    to: tuple[Member, ...]
    was: tuple[Member, ...] = ()
    columns: tuple[MovedColumn, ...] = ()
    rights: Rights = Rights()  # on all of them, before and after

    @property
    def subject(self) -> Ref:
        return self.to[0].ref

    @property
    def relation(self) -> QualifiedName | None:
        return self.columns[0].table if self.columns else None

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for members in replacements(delta):
            for member in members:
                refuse_parking(delta, member.ref, str(member.name))
            yield cls(
                to=members,
                was=_now(delta.before, members),
                columns=tuple(_kept(delta, members)),
            )

    def bind(self, graph: SchemaGraph) -> Self:
        was = _now(graph, self.to)
        if not self.to or len(was) < len(self.to):
            raise unbound(self, f"not all of {', '.join(str(m.name) for m in self.to)} exist")
        rights = rights_on(graph, (member.ref for member in was))
        bound: Self = replaced(self, was=was, columns=moved_columns(graph, was), rights=rights)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        for member in self.to:
            graph = graph.put(member.thing)
        return graph

    def stages(self, place: Place) -> tuple[Stage, ...]:
        by_text = any(member.ref.kind is ObjectKind.RANGE for member in self.to)
        moved = self._by_text() if by_text else self._aside(place)
        return (stage(*moved, *statements_of(self._given(), place)),)

    def _given(self) -> tuple[Operation, ...]:
        return giving(self.rights, [member.thing for member in self.to])

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return about_owners(self._given(), place)

    def _aside(self, place: Place) -> Iterator[Statement]:
        for member in self.was:
            yield Statement(
                sql=ddl(
                    "ALTER {noun} {name} RENAME TO {helper}",
                    noun=noun(member.ref.kind),
                    name=member.name,
                    helper=place.helper(member.name.name),
                )
            )
        yield from self._made()
        for column in self.columns:
            using = conversion(column, _of(self.was, column), _of(self.to, column))
            yield _alter(column, using)
        for member in reversed(self.was):
            yield _drop(member, member.name.renamed(place.helper(member.name.name)))

    def _by_text(self) -> Iterator[Statement]:
        for column in self.columns:
            passing = msgspec.structs.replace(column, type="text", collation=None)
            yield _alter(passing, ddl("{column}::text", column=column.column))
        for member in reversed(self.was):
            yield _drop(member, member.name)
        yield from self._made()
        for column in self.columns:
            using = ddl("{column}::{type}", column=column.column, type=raw(column.type))
            yield _alter(column, using)

    def _made(self) -> Iterator[Statement]:
        for member in self.to:
            yield from created(_with_rule_named(member.thing))

    def inverse(self, place: Place) -> Operation | None:
        if not self.was:
            return None
        order = {member.ref: member for member in self.was}
        return ReplaceType(
            to=tuple(order[member.ref] for member in self.to),
            was=self.to,
            columns=self.columns,
            rights=self.rights,
        )

    def disturbs(self) -> frozenset[Ref]:
        types = {member.ref for member in self.to}
        return frozenset(types | {column.ref for column in self.columns})

    def remakes(self, graph: SchemaGraph) -> frozenset[Ref]:
        """Foreign keys: for a while the two sides are of different types."""
        moved = {(column.table, column.column) for column in self.columns}
        return frozenset(
            Ref.of(ObjectKind.CONSTRAINT, table.name, key.name)
            for table in (graph.tables if moved else ())
            for key in table.constraints
            if key.references is not None
            and (
                any((table.name, name) in moved for name in key.columns)
                or any((key.references, name) in moved for name in key.ref_columns)
            )
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        asked = [parked_users(str(self.to[0].name))]
        for table in dict.fromkeys(column.table for column in self.columns):
            if where := " OR ".join(self._holding_removed(table)):
                asked.append(_removed_values(graph, table, where, self.to[0].name))
            for rules, values in self._rules(table):
                asked += rules.probes(graph, table, values)
        return tuple(asked)

    def _rules(self, table: QualifiedName) -> Iterator[tuple[DomainRules, list[str]]]:
        """What domains of other rules ask of its values; those inside of rows are not asked."""
        for member in self.to:
            was = next((old.domain for old in self.was if old.ref == member.ref), None)
            if member.domain is None or was is None:
                continue
            rules = rules_for_moved(was, member.domain)
            values = [
                ddl("unnest({c}::text[])" if is_array else "{c}::text", c=column.column)
                for column in self.columns
                if column.table == table and member in self._over(column)
                for is_array in (column.type.endswith("[]"),)
            ]
            if values:
                yield rules, values

    def _over(self, column: MovedColumn) -> Iterator[Member]:
        """The domains that its values are of: its own, and those that this one is over."""
        found = _of(self.to, column)
        while found is not None and found.domain is not None:
            yield found
            found = next((m for m in self.to if str(m.name) == found.domain.type), None)

    def _holding_removed(self, table: QualifiedName) -> Iterator[str]:
        """Conditions on rows of `table`, one for each of its columns."""
        old, new = self.was[0].enum if self.was else None, self.to[0].enum
        gone = [v for v in old.values if v not in new.values] if old and new else []
        values = raw(", ".join(literal(value) for value in gone))
        for column in self.columns if gone else ():
            if column.table == table and is_of_type(column, self.to[0]):
                is_array = column.type.endswith("[]")
                template = "{c}::text[] && ARRAY[{v}]" if is_array else "{c}::text IN ({v})"
                yield ddl(template, c=column.column, v=values)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if not self.columns:
            yield why.CHANGES_METADATA.because("no column is of it")
        yield from self._moving(self.relation, facts)
        yield from hindrances(facts, PARKED_USERS)

    def reasons_beside(self, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
        yield from self._moving(table, facts)

    def _moving(self, table: QualifiedName | None, facts: Facts) -> Iterator[Reason]:
        if table is None:
            return
        if any(self._holding_removed(table)):
            yield from breaking(facts, _removed_fact(table))
        for rules, _values in self._rules(table):
            yield from breaking_domain(rules, table, facts)
        for column in self.columns:
            if column.table == table:
                yield why.CHANGES_COLUMN_TYPE.because(
                    f"{table}.{column.column} moves over; {facts.describe()}"
                )


def _removed_values(
    graph: SchemaGraph, table: QualifiedName, where: str, name: QualifiedName
) -> Probe:
    return Probe(
        fact=_removed_fact(table),
        question=f"rows of {table} hold a value that {name} will not have",
        query=counted(table, where),
        sample=sampled(graph, table, where),
    )


def _removed_fact(table: QualifiedName) -> str:
    return f"removed_values_{table}"


def _now(graph: SchemaGraph, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The same types as they are in `graph`."""
    found = (graph.get(member.ref) for member in members)
    return tuple(Member.of(thing) for thing in found if thing is not None)


def _kept(delta: SchemaDelta, members: tuple[Member, ...]) -> Iterator[MovedColumn]:
    """What is dropped goes before; what gets another type moves first, and gets it after."""
    for moved in moved_columns(delta.before, members):
        if delta.after.get(moved.ref) is not None:
            yield moved


def _of(members: tuple[Member, ...], column: MovedColumn) -> Member | None:
    return next((member for member in members if is_of_type(column, member)), None)


def _alter(column: MovedColumn, using: str | None) -> Statement:
    collation = f" COLLATE {raw(column.collation)}" if column.collation else ""
    sql = ddl(
        "ALTER TABLE {table} ALTER COLUMN {column} TYPE {type}{collation}{using}",
        table=column.table,
        column=column.column,
        type=raw(column.type),
        collation=raw(collation),
        using=raw(f" USING {raw(using)}" if using else ""),
    )
    exclusive = LockMode.ACCESS_EXCLUSIVE
    return Statement(sql=sql, lock=exclusive, on=column.table, rewrites=True)


def _with_rule_named(thing: TypeThing) -> TypeThing:
    """A domain's NOT NULL by its usual name (17), which the old domain has while it stands."""
    if not isinstance(thing, Domain) or not thing.not_null or thing.not_null_name:
        return thing
    name = object_name(thing.name.name, "", "not_null")
    return msgspec.structs.replace(thing, not_null_name=name)


def _drop(member: Member, name: QualifiedName) -> Statement:
    return Statement(sql=ddl("DROP {noun} {name}", noun=noun(member.ref.kind), name=name))
