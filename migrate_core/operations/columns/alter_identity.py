"""alterIdentity: a column becomes an identity column, is one no more, or counts otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.numbers import OUTSIDE, comes_to_its_end, cycles, near_end, outside
from migrate_core.risk.reasons import Reason
from migrate_core.schema import sequence_limits as limits
from migrate_core.schema.clauses import identity_clause, sequence_changes
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref, default_claim
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Identity, SequenceOptions
from migrate_core.schema.refs import ObjectKind, Ref


class AlterIdentity(Operation, frozen=True, kw_only=True):
    """Make a column an identity column, change how it counts, or leave it a plain one.

    A new identity goes on after the greatest value there is, so that the next insert does
    not meet an old key. Options change without a RESTART: the position is data, and goes to
    the start only where it is outside the new limits.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE  # the column must forbid NULL first

    table: QualifiedName
    column: str
    to: Identity | None = None
    was: Identity | None = None
    indexed: bool = False  # whether an index leads with the column: then max() reads no table

    @property
    def subject(self) -> Ref:
        """What goes is what the column computes, not the column."""
        ref = column_ref(self.table, self.column)
        return ref if self.to else ref._replace(kind=ObjectKind.DEFAULT)

    @property
    def moment(self) -> Effect:
        """Dropped before the column may allow NULL again, and before another sequence takes
        its name; added after the column forbids NULL."""
        return self.effect if self.to else Effect.PARK

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            if old.identity != new.identity:
                yield cls(table=table.name, column=new.name, to=new.identity, was=old.identity)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        keys = [c.columns for c in table.constraints if c.type in ("primary key", "unique")]
        keys += [i.columns for i in table.indexes if i.definition.startswith("USING btree")]
        indexed = any(columns[:1] == (self.column,) for columns in keys)
        bound: Self = replaced(self, was=column.identity, indexed=indexed)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(
            self.table, lambda table: table.change_column(self.column, identity=self.to)
        )

    def claims(self) -> frozenset[tuple[str, str]]:
        names = (i.sequence for i in (self.to, self.was) if i)
        sequences = {(name.schema, name.name) for name in names}
        return frozenset({*sequences, default_claim(self.table, self.column)})

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.to is None:
            return (stage(self._alter("DROP IDENTITY")),)
        if self.was is None:
            add = self._alter(f"ADD {identity_clause(self.to)}")
            return (stage(add, self._go_on(self.to)),)
        return (stage(*self._changes(self.was, self.to)),)

    def _alter(self, action: str) -> Statement:
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} {action}",
            table=self.table,
            column=self.column,
            action=raw(action),
        )
        return Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)

    def _go_on(self, to: Identity) -> Statement:
        """Where it counts up, after the greatest value; where down, after the least."""
        up = to.options.increment > 0
        sql = ddl(
            "SELECT setval({sequence}, {most}({column}) + {step}, false) FROM {table}"
            " HAVING {most}({column}) {beyond} {start}",
            sequence=literal(str(to.sequence)),
            most=raw("max" if up else "min"),
            column=self.column,
            step=raw(str(to.options.increment)),
            table=self.table,
            beyond=raw(">=" if up else "<="),
            start=raw(str(to.options.start)),
        )
        exclusive = LockMode.ACCESS_EXCLUSIVE
        return Statement(sql=sql, lock=exclusive, on=self.table, scans=not self.indexed)

    def _changes(self, was: Identity, to: Identity) -> Iterator[Statement]:
        if was.always != to.always:
            yield self._alter(f"SET GENERATED {'ALWAYS' if to.always else 'BY DEFAULT'}")
        yield from self._options(was, to)
        if was.sequence != to.sequence:
            sql = ddl(
                "ALTER SEQUENCE {old} RENAME TO {new}", old=was.sequence, new=to.sequence.name
            )
            yield Statement(sql=sql)

    def _options(self, was: Identity, to: Identity) -> Iterator[Statement]:
        """A change of the column's type has changed that of the sequence already."""
        had = was.options
        if had.type == to.options.type and limits.narrows(had, to.options):
            passing = limits.between(had, to.options)
            yield from self._set(had, passing)
            yield Statement(sql=limits.reposition(was.sequence, to.options))
            had = passing
        yield from self._set(had, to.options)

    def _set(self, old: SequenceOptions, new: SequenceOptions) -> Iterator[Statement]:
        changes = sequence_changes(old, new)
        if changes:
            yield self._alter(" ".join(f"SET {change}" for change in changes))

    def inverse(self, place: Place) -> Operation | None:
        return AlterIdentity(table=self.table, column=self.column, to=self.was, was=self.to)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        """Where the sequence stands among its new limits."""
        if self.was is None or self.to is None:
            return ()
        name, had, has = self.was.sequence, self.was.options, self.to.options
        strays = (outside(name, has),) if limits.narrows(had, has) else ()
        return (*strays, *near_end(name, had, has))

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.to is None:
            yield why.LOSES_SEQUENCE_POSITION.because(f"of {self.label}")
        else:
            yield why.CHANGES_DEFAULT.because("existing keys stay as they are")
            yield from comes_to_its_end(facts)
            if self.was is not None:
                yield from cycles(self.was.options, self.to.options)
            if facts.get(OUTSIDE):
                yield why.LOSES_SEQUENCE_POSITION.because("it stands outside the new limits")
            if self.was is None and not self.indexed:
                evidence = f"no index gives the greatest {self.column}; {facts.describe()}"
                yield why.SCANS_UNDER_BLOCKING_LOCK.because(evidence)
