"""repartitionTable: a table becomes partitioned, or an ordinary one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.creation import about_owners, creating, statements_of
from migrate_core.pg.ddl import Stage, Statement, ddl, literal
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.access import DefaultPrivilege
from migrate_core.schema.bounds import condition
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.concurrent import create_index
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import NAMED_SINCE, made_name, with_name
from migrate_core.schema.objects import Identity, Table
from migrate_core.schema.parking import on_table, out_of_sight, rename_table_parts
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import TableParts, table_parts, with_table, without_table
from migrate_core.schema.repartition import (
    coming,
    going,
    partitions,
    put_partition,
    repartitioned,
)

EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE
# What stands before the rows come; triggers, rules and rights come after them.
_FIRST = frozenset({"createTable", "attachPartition"})


class RepartitionTable(Operation, frozen=True, kw_only=True):
    """Make a table partitioned, or ordinary again, by a new table that takes its rows over.

    PostgreSQL alters neither into the other. So in one transaction, under ACCESS EXCLUSIVE,
    the table steps aside, another is created under its name with all that was on it, every
    row is copied, and the old one is dropped. A row that no partition takes fails the whole
    step. A partition that stays as a table of its own is detached before, with its rows.
    Without downtime: create the partitioned table under another name, and attach the old one
    to it as a partition.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    partition_key: str | None = None  # "RANGE (day)"; none: an ordinary table
    partitions: tuple[TableParts, ...] = ()  # made with it, parents first
    was: TableParts | None = None
    had: tuple[TableParts, ...] = ()  # partitions that go, parents first
    defaults: tuple[DefaultPrivilege, ...] = ()  # what new objects are born with
    misfit: str | None = None  # condition of a row that no partition takes, where it can be said

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.TABLE, self.table)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def precedes(self) -> frozenset[QualifiedName]:
        """An ordinary table can be changed in more ways than a partitioned one."""
        new = frozenset(parts.table.name for parts in self.partitions)
        return new | {self.table} if self.partition_key is None else new

    def follows(self) -> frozenset[QualifiedName]:
        return frozenset({self.table}) if self.partition_key is not None else frozenset()

    def disturbs(self) -> frozenset[Ref]:
        gone = {Ref.of(ObjectKind.TABLE, parts.table.name) for parts in self.had}
        return frozenset({self.subject, *gone})

    def remakes(self, graph: SchemaGraph) -> frozenset[Ref]:
        """Its foreign keys: while rows are copied, the tables they point at stay free."""
        table = graph.table(self.table)
        keys = (c for c in table.constraints if c.references) if table else ()
        return frozenset(Ref.of(ObjectKind.CONSTRAINT, self.table, key.name) for key in keys)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        before, after = delta.origin, delta.after
        for old, new in repartitioned(before, after):
            had = tuple(table_parts(before, child) for child in going(before, after, new.name))
            if old.partition_key is not None:
                yield cls(table=new.name, had=had)
            if new.partition_key is not None:
                made = tuple(TableParts(table=child) for child in coming(before, after, new.name))
                had = had if old.partition_key is None else ()
                yield cls(table=new.name, partition_key=new.partition_key, partitions=made, had=had)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if table.partition_key == self.partition_key:
            raise unbound(self, f"table {self.table} is partitioned so already")
        if table.foreign or table.inherits or table.partition_of:
            kind = "a foreign table" if table.foreign else "a child of another table"
            raise unbound(self, f"table {self.table} is {kind}")
        if self.remakes(graph):
            raise unbound(self, f"the foreign keys of {self.table} have to be dropped before")
        below = tuple(partitions(graph, self.table))
        if len(below) < len(graph.children.get(self.table, ())):
            raise unbound(self, f"a table inherits from {self.table}")
        for one in graph.dependents.get(self.subject, ()):
            if one.kind is ObjectKind.PUBLICATION:
                raise unbound(self, f"publication {one.name} would lose {self.table}")
        bound: Self = replaced(
            self,
            was=table_parts(graph, table),
            had=tuple(table_parts(graph, child) for child in below),
            defaults=graph.default_privileges,
            misfit=self._misfit(graph),
        )
        return bound

    def _misfit(self, graph: SchemaGraph) -> str | None:
        """None where every row is taken, or nobody can say which are."""
        table = graph.table(self.table)
        if table is None or self.partition_key is None:
            return None
        root = table.change(partition_key=self.partition_key)
        direct = (p.table.partition_of for p in self.partitions)
        bounds = [b.bound for b in direct if b is not None and b.parent == self.table]
        taken = [condition(graph, root, bound) for bound in bounds]
        if None in taken:
            return None
        return " AND ".join(f"({found}) IS NOT TRUE" for found in taken) or "true"

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        table = graph.table(self.table)
        if table is None:
            return graph
        for child in partitions(graph, self.table):
            graph = without_table(graph, child.name)
        table = table.change(partition_key=self.partition_key)
        graph = graph.put(table)
        return self._with_partitions(graph, table)

    def _with_partitions(self, graph: SchemaGraph, root: Table) -> SchemaGraph:
        for parts in self.partitions:
            graph = with_table(graph, parts)
            graph = put_partition(graph, parts.table, root)
        return graph

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (Stage(statements=tuple(self._statements(place)), together=True),)

    def _statements(self, place: Place) -> Iterator[Statement]:
        assert self.was is not None  # it is bound
        aside = self.table.renamed(place.helper(self.table.name))
        operations = self._anew(self.was, place.major)
        first = (op for op in operations if op.kind in _FIRST)
        later = (op for op in operations if op.kind not in {*_FIRST, "addIndex"})
        yield self._locked()
        yield from self._stepping_aside(self.was, place, aside)
        yield from self._by(first, place)
        yield self._copying(self.was.table, aside)
        yield from self._positions(self.was.table, place)
        yield from self._indexes(self.was.table)
        yield from self._by(later, place)
        yield from self._owning(self.was)
        pointed_at = {c.references for parts in self.had for c in parts.table.constraints}
        others = sorted(name for name in pointed_at if name is not None)
        yield self._exclusive(ddl("DROP TABLE {table}", table=aside), aside, *others)

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return about_owners(self._anew(self.was, place.major), place) if self.was else frozenset()

    def _locked(self) -> Statement:
        """Its partitions too: rows that are written to them directly would be lost."""
        return self._exclusive(ddl("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", table=self.table))

    def _exclusive(
        self, sql: str, *others: QualifiedName, scans: bool = False, rewrites: bool = False
    ) -> Statement:
        """What is done to the old table, under either name, and to its partitions."""
        return Statement(
            sql=sql,
            lock=EXCLUSIVE,
            on=self.table,
            also=tuple((name, EXCLUSIVE) for name in others),
            scans=scans,
            rewrites=rewrites,
            inherited=True,
        )

    def _stepping_aside(
        self, was: TableParts, place: Place, aside: QualifiedName
    ) -> Iterator[Statement]:
        """Every name in the schema is freed; sequences that columns own are kept as they are."""
        for sequence in was.sequences:
            yield _on_sequence(
                sequence.name, ddl("ALTER SEQUENCE {name} OWNED BY NONE", name=sequence.name)
            )
        yield from rename_table_parts(
            TableParts(table=was.table),
            out_of_sight(place.helper),
            table=self.table,
            major=0,  # its partitions have the names of its NOT NULLs too: the new table says them
        )
        if was.table.row_security:  # under FORCE its owner would copy what policies show, no more
            yield on_table(self.table, "DISABLE ROW LEVEL SECURITY")
        yield on_table(self.table, "RENAME TO {new}", new=aside.name)

    def _anew(self, was: TableParts, major: int) -> tuple[Operation, ...]:
        """What makes the table and its partitions, but for indexes and sequences."""
        before = SchemaGraph(default_privileges=self.defaults)
        free = tuple(msgspec.structs.replace(s, owned_by=None) for s in was.sequences)
        for sequence in free:
            before = before.put(sequence)
        table = was.table.change(partition_key=self.partition_key)
        table = _named_rules(table) if major >= NAMED_SINCE else table
        after = with_table(before, replaced(was, table=table, sequences=free))
        for child in self.partitions:
            after = with_table(after, child)
        refs = (Ref.of(ObjectKind.SEQUENCE, sequence.name) for sequence in free)
        return creating(before.with_rights(refs, was.owners, was.privileges), after)

    def _by(self, operations: Iterable[Operation], place: Place) -> Iterator[Statement]:
        """Nobody sees the new tables yet: only locks on others stop anybody."""
        ours = {self.table, *(parts.table.name for parts in self.partitions)}
        for statement in statements_of(operations, place):
            also = tuple((name, lock) for name, lock in statement.locks() if name not in ours)
            yield Statement(sql=statement.sql, also=also)

    def _copying(self, table: Table, aside: QualifiedName) -> Statement:
        columns = [column.name for column in table.columns if column.generated is None]
        sql = ddl(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {aside}",
            table=self.table,
            columns=columns,
            aside=aside,
        )
        return self._exclusive(sql, aside, scans=True, rewrites=True)

    def _positions(self, table: Table, place: Place) -> Iterator[Statement]:
        for identity in _identities(table):
            old = identity.sequence.renamed(place.helper(identity.sequence.name))
            sql = ddl(
                "SELECT pg_catalog.setval({new}::pg_catalog.regclass, last_value, is_called)"
                " FROM {old}",
                new=literal(str(identity.sequence)),
                old=old,
            )
            yield Statement(sql=sql)

    def _indexes(self, table: Table) -> Iterator[Statement]:
        """Those of partitions first: what is made above takes them in."""
        below = reversed([parts.table for parts in self.partitions])
        for one in (*below, table):
            for index in one.indexes:
                yield create_index(one.name, index)
                ref = Ref.of(ObjectKind.INDEX, one.name, index.name)
                yield from (Statement(sql=st.sql) for st in comment_on(ref, index.comment))

    def _owning(self, was: TableParts) -> Iterator[Statement]:
        for sequence in was.sequences:
            if sequence.owned_by is not None:
                sql = ddl(
                    "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                    name=sequence.name,
                    table=sequence.owned_by.table,
                    column=sequence.owned_by.column,
                )
                yield _on_sequence(sequence.name, sql)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return RepartitionTable(
            table=self.table, partition_key=self.was.table.partition_key, partitions=self.had
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if self.misfit is None:
            return ()
        return (
            Probe(
                fact="misfits",
                question=f"rows of {self.table} fit no partition",
                query=counted(self.table, self.misfit),
                sample=sampled(graph, self.table, self.misfit),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        becomes = (
            f"partitioned by {self.partition_key}" if self.partition_key else "an ordinary table"
        )
        yield why.REBUILDS_TABLE.because(
            f"{self.table} becomes {becomes}: every row is copied while nobody can read or"
            f" write; {facts.describe()}"
        )
        if self.misfit is not None:
            yield from breaking(facts, "misfits")


def _on_sequence(name: QualifiedName, sql: str) -> Statement:
    return Statement(sql=sql, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=name)


def _named_rules(table: Table) -> Table:
    """With the usual names of NOT NULLs said: as long as the old table stands, these are taken."""
    for column in table.columns:
        if column.not_null and column.not_null_rule is None:
            named = with_name(column, made_name(table.name.name, column.name))
            table = table.with_part(named)
    return table


def _identities(table: Table) -> Iterator[Identity]:
    return (column.identity for column in table.columns if column.identity is not None)
