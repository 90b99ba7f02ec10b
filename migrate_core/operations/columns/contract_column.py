"""contractColumn: the column that was put beside another takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from migrate_core.operations.base import Operation, Place, replaced, unbound
from migrate_core.operations.expansion import Expansion
from migrate_core.operations.park import ArtifactKind, Park
from migrate_core.operations.registry import make
from migrate_core.pg import codec
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import cut
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.checksum import count_query
from migrate_core.schema.clauses import comment_on, identity_clause
from migrate_core.schema.edges import column_ref
from migrate_core.schema.expansion import Incoming
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import NAMED_SINCE, made_name
from migrate_core.schema.objects import ColumnRef, Constraint, Identity, Index, Table
from migrate_core.schema.parking import all_parts, on_table, rename_index, rename_sequence
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import ColumnParts
from migrate_core.schema.renaming import own_sequences, referring
from migrate_core.schema.rules import add_key, constraint_ref, drop_constraint

EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE


class ContractColumn(Expansion, frozen=True, kw_only=True):
    """Let the new column of an expansion take over, and park the old one.

    Both are compared again first, while reads and writes go on; from then on the trigger
    answers for them. The rest is metadata in one short transaction: the trigger goes, the old
    column gives up its keys, its default and its name, and what was built on the new one
    takes the final names. An identity goes on counting where it was. Nothing undoes it: what
    is written afterwards does not reach the old column.
    """

    replica_index: str | None = None  # by which a subscriber tells the rows, if on the column

    def bind(self, graph: SchemaGraph) -> Self:
        found = self.bound(graph)
        if self.was is not None and found.was is not None:
            self._refuse_change(self.was, found.was)
        table = graph.table(self.table)
        if self.renames and table and table.column(self.to.column.name) is None:
            problem = f"column {column_ref(self.table, self.to.column.name)} does not exist"
            raise unbound(self, f"{problem}: the expansion comes first")
        mark = table.replica_index if table else None
        marked = mark if mark in _names(found.was) & _names(found.to) else None
        bound: Self = replaced(found, replica_index=marked)
        return bound

    def _refuse_change(self, planned: ColumnParts, found: ColumnParts) -> None:
        """What came to the column after it was expanded was not built on the new one."""
        one, other = _rules(planned), _rules(found)
        differing = sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))
        if differing:
            words = f"{', '.join(differing)} on {self.label} changed since it was expanded"
            raise unbound(self, f"{words}: abandon that expansion and expand it again")

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        gone, to = _names(self.was), self.to

        def change(table: Table) -> Table:
            names = {self.column, to.column.name}
            lost = gone - ({self.replica_index} if self.replica_index else set())
            table = table.without_marks(lost).change(
                clustered_on=None if table.clustered_on in gone else table.clustered_on,
                columns=(*(c for c in table.columns if c.name not in names), to.column),
                constraints=tuple(c for c in table.constraints if c.name not in gone),
                indexes=tuple(i for i in table.indexes if i.name not in gone),
            )
            for part in all_parts(to):
                table = table.with_part(part)
            return table

        graph = graph.edit(self.table, change)
        if not self.renames:
            return graph
        owner = ColumnRef(table=self.table, column=self.column)
        graph = own_sequences(graph, owner, self.table, to.column.name)
        return graph.edit_all(
            lambda table: table.change(constraints=tuple(map(self._pointing, table.constraints)))
        )

    def _pointing(self, key: Constraint) -> Constraint:
        return referring(key, self.table, self.column, self.to.column.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(self.pair.compare()), stage(*self._swap(place)))

    def _swap(self, place: Place) -> Iterator[Statement]:
        yield from self.pair.end_sync()
        for key in self.incoming:
            yield drop_constraint(key.table, key.constraint.name, self.table)
        yield from self._release(place)
        column = self.column
        yield on_table(
            self.table, "RENAME COLUMN {old} TO {to}", old=column, to=place.parked_name(column)
        )
        if not self.renames:
            new = self.pair.new
            yield on_table(self.table, "RENAME COLUMN {new} TO {to}", new=new, to=column)
        yield from self._name_not_null(place)
        yield from self._settle()
        for index in self.to.indexes:
            yield from self._take_index(index)
        for constraint in self.to.constraints:
            yield from self._take_constraint(constraint)
        for key in self.incoming:
            yield from self._take_key(key)
        if self.replica_index:
            yield on_table(
                self.table, "REPLICA IDENTITY USING INDEX {index}", index=self.replica_index
            )

    def _name_not_null(self, place: Place) -> Iterator[Statement]:
        """It was named after the helper column."""
        column = self.to.column
        if place.major < NAMED_SINCE or not column.not_null:
            return
        was = made_name(self.table.name, self.pair.new)
        rule = column.not_null_rule
        to = (rule and rule.name) or made_name(self.table.name, column.name)
        if was != to:
            yield on_table(self.table, "RENAME CONSTRAINT {was} TO {to}", was=was, to=to)

    def _release(self, place: Place) -> Iterator[Statement]:
        """What the old column gives up, so that inserts need not know it."""
        was = self.was or ColumnParts(column=self.to.column)
        for constraint in was.constraints:
            yield drop_constraint(self.table, constraint.name, constraint.references)
        for index in was.indexes:
            sql = ddl("DROP INDEX {index}", index=self.table.renamed(index.name))
            yield Statement(sql=sql, lock=EXCLUSIVE, on=self.table)
        for sequence in was.sequences:
            sql = ddl(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=sequence.name,
                table=self.table,
                column=self.pair.new,
            )
            also = ((self.table, EXCLUSIVE),)
            lock = LockMode.SHARE_ROW_EXCLUSIVE
            yield Statement(sql=sql, lock=lock, on=sequence.name, also=also)
        if was.column.identity:
            yield from self._move_identity(was.column.identity, place)
        elif self.to.column.identity:
            yield self._on(self.pair.new, f"ADD {identity_clause(self.to.column.identity)}")
        if was.column.default is not None:
            yield self._on(self.column, "DROP DEFAULT")
        if was.column.not_null:
            yield self._on(self.column, "DROP NOT NULL")

    def _move_identity(self, old: Identity, place: Place) -> Iterator[Statement]:
        """PostgreSQL cannot hand it over: a new one goes on where the old one stands."""
        new = self.to.column.identity
        if new is not None:
            made = replaced(new, sequence=new.sequence.renamed(place.helper(new.sequence.name)))
            yield self._on(self.pair.new, f"ADD {identity_clause(made)}")
            go_on = ddl(
                "SELECT pg_catalog.setval({name}, s.last_value, s.is_called) FROM {old} AS s",
                name=literal(str(made.sequence)),
                old=old.sequence,
            )
            yield Statement(sql=go_on)
        yield self._on(self.column, "DROP IDENTITY")
        if new is not None:
            yield rename_sequence(made.sequence, new.sequence.name)

    def _settle(self) -> Iterator[Statement]:
        column = self.to.column
        if column.default is not None:
            yield self._on(column.name, f"SET DEFAULT {raw(column.default)}")
        if not self.renames:
            yield from comment_on(column_ref(self.table, column.name), column.comment)

    def _take_index(self, index: Index) -> Iterator[Statement]:
        yield rename_index(self.table.schema, self.pair.helper(index.name), index.name)
        name = self.table.renamed(index.name)
        for number, target in index.statistics:
            action = raw(f"ALTER COLUMN {number} SET STATISTICS {target}")
            sql = ddl("ALTER INDEX {index} {action}", index=name, action=action)
            yield Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=name)
        yield from comment_on(Ref.of(ObjectKind.INDEX, self.table, index.name), index.comment)

    def _take_constraint(self, constraint: Constraint) -> Iterator[Statement]:
        helper = self.pair.helper(constraint.name)
        if constraint.type in ("primary key", "unique"):
            yield from add_key(self.table, constraint, helper=helper)[1].statements
            return
        yield on_table(
            self.table, "RENAME CONSTRAINT {helper} TO {name}", helper=helper, name=constraint.name
        )
        ref = constraint_ref(self.table, constraint.name)
        yield from comment_on(ref, constraint.comment)

    def _take_key(self, key: Incoming) -> Iterator[Statement]:
        name, helper = key.constraint.name, self.pair.key_helper(key)
        yield on_table(key.table, "RENAME CONSTRAINT {helper} TO {name}", helper=helper, name=name)
        yield from comment_on(constraint_ref(key.table, name), key.constraint.comment)

    def _on(self, column: str, action: str) -> Statement:
        return on_table(
            self.table, "ALTER COLUMN {column} {clause}", column=column, clause=raw(action)
        )

    def stands_on(self) -> Operation | None:
        fields = {name: getattr(self, name) for name in Expansion.__struct_fields__}
        return make("expandColumn", **fields)

    def inverse(self, place: Place) -> Operation | None:
        """None: after it, the old column no longer holds what is written."""
        return None

    def park(self, place: Place) -> Park | None:
        if self.was is None:
            return None
        parked = place.parked_name(self.column)
        name = cut(self.column, suffix="_old")
        back = on_table(self.table, "RENAME COLUMN {parked} TO {name}", parked=parked, name=name)
        there = ddl("t.{column} IS NOT NULL", column=self.column)
        return Park(
            kind=ArtifactKind.SOFT_DROP_COLUMN,
            source=self.subject,
            physical_name=self.table,
            physical_column=parked,
            definition=codec.to_builtins(self.was),
            recovery_sql=(back.sql,),
            count=count_query(self.table, where=there),
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        where = self.pair.disagrees
        return (
            Probe(
                fact="disagreeing",
                question=f"rows disagree between the old and the new {self.to.column.name}",
                query=counted(self.table, where),
                sample=sampled(graph, self.table, where),
            ),
            *self.misfits(graph),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        old, new = self.pair.old, self.to.column
        change = f"{old.name} becomes" if self.renames else f"{old.type} becomes"
        to = new.name if self.renames else new.type
        yield why.CONTRACTS_COLUMN.because(f"{change} {to}; {facts.describe()}")
        yield why.PARKS_COLUMN.because(f"the old values stay, parked; {facts.describe()}")
        yield why.NO_INVERSE.because("what is written from then on does not reach the old column")
        yield from breaking(facts, "disagreeing")
        yield from breaking(facts, "column_rights")

    def reasons_at_once(self, step: str) -> Iterator[Reason]:
        """A name that nobody has moved to breaks code as a rename does; a type has had no time to
        prove itself, while the way back was open."""
        column = self.to.column
        if self.renames:
            yield why.CONTRACTS_AT_ONCE.because(
                f"{step} adds {column.name}; {self.column} is gone before anybody has moved"
            )
        else:
            yield why.CONTRACTS_AT_ONCE.because(
                f"{step} makes it {column.type}; no time to try that with a way back",
                level=Level.MEDIUM,
            )


def _names(parts: ColumnParts | None) -> set[str]:
    return set() if parts is None else {p.name for p in all_parts(parts)}


def _rules(parts: ColumnParts) -> dict[str, str]:
    return {p.name: p.definition for p in all_parts(parts)}
