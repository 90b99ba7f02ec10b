"""expandColumn: the column that will be is put beside the one that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Operation, Place, unbound
from migrate_core.operations.expansion import Expansion
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.filling import filling
from migrate_core.risk.narrowing import asked_of_values, narrowing, rounding
from migrate_core.risk.reasons import Reason
from migrate_core.schema import casts, types
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.concurrent import build_index
from migrate_core.schema.delta import Answers, Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.objects import Column, Constraint, Index
from migrate_core.schema.parking import on_table
from migrate_core.schema.rules import add_key, add_not_valid, is_enforced, validate
from migrate_core.schema.storage import column_settings
from migrate_core.schema.types import TypeChange


class ExpandColumn(Expansion, frozen=True, kw_only=True):
    """Put a new column beside an old one, keep both in step, fill it, and build on it all that
    the old one has: indexes concurrently, constraints NOT VALID and then validated.

    A change of type would write the table under ACCESS EXCLUSIVE; a rename breaks whoever
    writes the old name. Here neither happens: nothing reads the new column yet, or both
    names are there. Foreign keys that point at the column get a twin that points at the new
    one. At the end both columns are compared, row by row, while reads and writes go on.
    """

    keeps_values: ClassVar[bool] = True

    def bind(self, graph: SchemaGraph) -> Self:
        found = self.bound(graph)
        table = graph.table(self.table)
        if self.renames and table and table.column(self.to.column.name):
            raise unbound(self, f"column {column_ref(self.table, found.pair.new)} exists already")
        return found

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        """What is out of sight is no part of a schema; a second name is."""
        if not self.renames:
            return graph
        return graph.edit(self.table, lambda table: table.with_part(self._bare))

    @property
    def _bare(self) -> Column:
        """Without a default or an identity: the trigger gives it its values."""
        return msgspec.structs.replace(
            self.to.column, name=self.pair.new, default=None, identity=None, not_null_rule=None
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._begin()), self._fill(), *self._rules(), stage(self.pair.compare()))

    def _begin(self) -> Iterator[Statement]:
        pair, column = self.pair, msgspec.structs.replace(self._bare, not_null=False)
        if not self.renames:  # an earlier try that was given up
            yield pair.clear_sync()
            yield on_table(self.table, "DROP COLUMN IF EXISTS {column}", column=pair.new)
        yield on_table(self.table, "ADD COLUMN {clause}", clause=column_clause(column))
        yield from column_settings(self.table, None, column)
        if self.renames:
            yield from comment_on(column_ref(self.table, pair.new), column.comment)
        if self.using:
            yield self._try_out()
        yield from pair.begin_sync()

    def _try_out(self) -> Statement:
        """An expression that names what is not there fails here, not in an application."""
        pair = self.pair
        sql = ddl("SELECT {value} FROM {table} LIMIT 0", value=pair.value, table=self.table)
        return Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.table)

    def _fill(self) -> Stage:
        names = {"new": self.pair.new, "old": self.column}
        assign = ddl("{new} = {value}", new=self.pair.new, value=self.pair.value)
        where = ddl("{new} IS NULL AND {old} IS NOT NULL", **names)
        plain = ddl(
            "UPDATE {table} SET {assign} WHERE {where}",
            table=self.table,
            assign=raw(assign),
            where=raw(where),
        )
        return Stage(
            statements=(Statement(sql=plain, lock=LockMode.ROW_EXCLUSIVE, on=self.table),),
            mode=StageMode.BATCHED,
            batch=Batch(table=self.table, key=self.key, assign=assign, where=where),
        )

    def _rules(self) -> Iterator[Stage]:
        pair = self.pair
        if self.to.column.not_null:
            yield from forbid_null(self.table, pair.new, helper=pair.helper("not_null"))
        for index in self.to.indexes:
            made = pair.prepared(index)
            yield build_index(
                self.table, made.name, made.definition, unique=index.unique, is_spelled=False
            )
        for constraint in self.to.constraints:
            yield from self._rule(constraint)
        for key in self.incoming:
            yield from _prove(key.table, pair.pointing(key))

    def _rule(self, constraint: Constraint) -> Iterator[Stage]:
        made = self.pair.prepared(constraint)
        assert not isinstance(made, Index)  # as what was given
        if constraint.type in ("primary key", "unique"):
            yield add_key(self.table, made, helper=made.name)[0]
        else:
            yield from _prove(self.table, made)

    def inverse(self, place: Place) -> Operation | None:
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return make("abandonExpansion", **fields)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (*(self._misfits(graph) if self.was else ()), *self.misfits(graph))

    def _misfits(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        old, new = self.pair.old, self.to.column
        return asked_of_values(graph, self.table, self.column, old.type, new.type)

    def answers(self) -> Answers:
        renames = (Rename(old=self.subject, new=self.to.column.name),) if self.renames else ()
        return Answers(expand=(self.subject,), renames=renames)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        old, new = self.pair.old, self.to.column
        change = f"{old.name} as {new.name}" if self.renames else f"{old.type} as {new.type}"
        yield why.EXPANDS_COLUMN.because(f"{change}; {facts.describe()}")
        yield from filling(facts, self.key)
        if types.change(old.type, new.type) is TypeChange.NARROW:
            told = types.is_told(old.type, new.type) and self.using in (
                None,
                casts.using(self.column, old.type, new.type),
            )
            says = f"{change}; nothing is cut: what does not fit stops the step"
            yield from narrowing(facts, says, told=told)
            yield from rounding(old.type, new.type, facts)
        yield from breaking(facts, "later_triggers")
        yield from breaking(facts, "column_rights")


def _prove(table: QualifiedName, constraint: Constraint) -> Iterator[Stage]:
    """NOT VALID, which binds new rows; then every row is read while writes go on."""
    foreign = constraint.type == "foreign key"
    lock = LockMode.SHARE_ROW_EXCLUSIVE if foreign else LockMode.ACCESS_EXCLUSIVE
    yield add_not_valid(table, constraint, lock)
    if constraint.validated and is_enforced(constraint):
        yield validate(table, constraint)
