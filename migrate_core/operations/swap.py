"""A twin takes the place of its table, in one transaction: who has which name, and what follows."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.creation import Rights, creating, giving, statements_of
from migrate_core.pg.ddl import Statement, ddl, literal, raw
from migrate_core.pg.locks import LockMode
from migrate_core.schema.access import with_rights_of
from migrate_core.schema.clauses import identity_clause
from migrate_core.schema.expansion import Incoming
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.parking import on_table, out_of_sight, rename_index, rename_table_parts
from migrate_core.schema.removal import TableParts
from migrate_core.schema.rules import add_not_valid, add_using, drop_constraint
from migrate_core.schema.twin import Twin

EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE
SHARED = LockMode.SHARE_ROW_EXCLUSIVE


class Swap:
    """`was` is the old table with all that it owns; `incoming` are foreign keys of others."""

    def __init__(
        self, twin: Twin, was: TableParts, incoming: tuple[Incoming, ...], rights: Rights
    ) -> None:
        self.twin, self.was, self.incoming, self.rights = twin, was, incoming, rights
        self.table = was.table.name

    def statements(self, place: Place) -> Iterator[Statement]:
        lock = ddl("LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE", table=self.table)
        yield Statement(sql=lock, lock=EXCLUSIVE, on=self.table)
        yield from self.twin.end_sync()
        yield from self._let_go()
        yield from rename_table_parts(
            TableParts(table=self.was.table),
            out_of_sight(place.parked_name),
            table=self.table,
            major=place.major,
        )
        yield on_table(self.table, "RENAME TO {new}", new=place.parked_name(self.table.name))
        yield on_table(self.twin.name, "RENAME TO {new}", new=self.table.name)
        yield from self._take_over(place)
        yield from self._point_here()

    def _let_go(self) -> Iterator[Statement]:
        """What would make the old table go on judging, firing or counting. Its policies stay: they
        guard its rows."""
        for key in self.incoming:
            yield drop_constraint(key.table, key.constraint.name, self.table)
        for constraint in foreign_keys(self.was.table):
            yield drop_constraint(self.table, constraint.name, constraint.references)
        for trigger in self.was.table.triggers:
            yield self._drop("TRIGGER", trigger.name)
        for rule in self.was.table.rules:
            yield self._drop("RULE", rule.name)
        for sequence in self.was.sequences:
            sql = ddl("ALTER SEQUENCE {name} OWNED BY NONE", name=sequence.name)
            yield Statement(sql=sql, lock=SHARED, on=sequence.name)
        counted = tuple(str(sequence.name) for sequence in self.was.sequences)
        for column in self.was.table.columns:
            if _calls(column, counted):
                yield on_table(self.table, "ALTER COLUMN {c} DROP DEFAULT", c=column.name)

    def _drop(self, kind: str, name: str) -> Statement:
        sql = ddl("DROP {kind} {name} ON {table}", kind=raw(kind), name=name, table=self.table)
        return Statement(sql=sql, lock=EXCLUSIVE, on=self.table)

    def _take_over(self, place: Place) -> Iterator[Statement]:
        twin = self.twin
        for index in twin.new.indexes:
            yield rename_index(self.table.schema, twin.part(index.name), index.name)
        for constraint in twin.new.constraints:
            yield from self._take_constraint(constraint)
        for column in twin.new.columns:
            yield from self._take_identity(column, place)
        whole = _without_foreign_keys(twin.new)
        before = SchemaGraph(tables=(self.stands,), major=place.major)
        after = SchemaGraph(tables=(whole,), major=place.major)
        yield from statements_of(creating(before, after), place)
        yield from statements_of(self.given, place)
        for sequence in self.was.sequences:
            if sequence.owned_by is not None:
                sql = ddl(
                    "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                    name=sequence.name,
                    table=self.table,
                    column=sequence.owned_by.column,
                )
                yield Statement(sql=sql, lock=SHARED, on=sequence.name)
        for constraint in foreign_keys(twin.new):
            yield from add_not_valid(self.table, constraint, SHARED).statements

    @property
    def given(self) -> tuple[Operation, ...]:
        return giving(self.rights, [self.twin.new])

    @property
    def stands(self) -> Table:
        """The twin under its final names, before what follows is put on it."""
        twin = self.twin
        bare = _without_foreign_keys(twin.new)
        return twin.bare.change(
            name=self.table,
            columns=twin.new.columns,
            constraints=tuple(
                msgspec.structs.replace(c, comment=None, index_comment=None)
                for c in bare.constraints
                if c.type != "check" or twin.is_first(c)
            ),
            indexes=tuple(
                msgspec.structs.replace(i, comment=None, statistics=()) for i in bare.indexes
            ),
        )

    def _take_constraint(self, constraint: Constraint) -> Iterator[Statement]:
        if constraint.type in ("check", "foreign key"):
            return
        helper = self.twin.part(constraint.name)
        if self.twin.is_first(constraint):
            yield on_table(
                self.table, "RENAME CONSTRAINT {old} TO {new}", old=helper, new=constraint.name
            )
        else:
            yield add_using(self.table, constraint, helper)

    def _take_identity(self, column: Column, place: Place) -> Iterator[Statement]:
        """It goes on counting where the old one stands, which has another name by now."""
        identity = column.identity
        if identity is None:
            return
        clause = f"ADD {identity_clause(identity)}"
        yield on_table(
            self.table, "ALTER COLUMN {column} {clause}", column=column.name, clause=raw(clause)
        )
        go_on = ddl(
            "SELECT pg_catalog.setval({name}, s.last_value, s.is_called) FROM {old} AS s",
            name=literal(str(identity.sequence)),
            old=identity.sequence.renamed(place.parked_name(identity.sequence.name)),
        )
        yield Statement(sql=go_on)

    def _point_here(self) -> Iterator[Statement]:
        for key in self.incoming:
            yield from add_not_valid(key.table, key.constraint, SHARED).statements


def left_behind(was: TableParts) -> TableParts:
    """What the old table still is, once its twin has taken its place and _let_go() has run."""
    counted = tuple(str(sequence.name) for sequence in was.sequences)
    columns = (
        msgspec.structs.replace(c, default=None) if _calls(c, counted) else c
        for c in was.table.columns
    )
    kept = _without_foreign_keys(was.table)
    table = kept.change(columns=tuple(columns), triggers=(), rules=())
    refs = with_rights_of(table, ref_of(table))
    return TableParts(
        table=table,
        owners=tuple(owner for owner in was.owners if owner.object in refs),
        privileges=tuple(p for p in was.privileges if p.object in refs),
    )


def _calls(column: Column, sequences: tuple[str, ...]) -> bool:
    return bool(column.default) and any(name in (column.default or "") for name in sequences)


def foreign_keys(table: Table) -> tuple[Constraint, ...]:
    return tuple(c for c in table.constraints if c.type == "foreign key")


def _without_foreign_keys(table: Table) -> Table:
    kept = tuple(c for c in table.constraints if c.type != "foreign key")
    return table.change(constraints=kept)
