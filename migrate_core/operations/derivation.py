"""What splitColumn and mergeColumns share: new columns computed from those that are there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.expansion import checked_domain, later_triggers
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, ddl, raw
from migrate_core.pg.lexer import Lex, UnterminatedError, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.computing import Filling, asked_of_filling, unfillable
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.filling import filling
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.derivation import Derivation, Derived
from migrate_core.schema.edges import column_ref
from migrate_core.schema.families import is_alone, taken_names
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.keys import usable_key
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import Ref


class Deriving(Operation, frozen=True, kw_only=True):
    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    key: tuple[str, ...] = ()  # by which the rows are walked
    names: tuple[tuple[str, str], ...] = ()  # of NOT NULLs (18), where they have to be said
    read: tuple[str, ...] = ()  # columns that the expressions read

    @property
    @abstractmethod
    def sources(self) -> tuple[str, ...]:
        """The columns that are there."""

    @property
    @abstractmethod
    def derived(self) -> tuple[Derived, ...]:
        """Those that are to be, each with its expression."""

    @property
    def derivation(self) -> Derivation:
        return Derivation(table=self.table, into=self.derived, key=self.key, names=self.names)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if problem := next(self._problems(graph, table), ""):
            raise unbound(self, problem)
        words = {t.name for d in self.derived for t in tokens(d.expression) if t.name}
        read = tuple(c.name for c in table.columns if c.name in words or c.name in self.sources)
        if computed := [name for name in read if _is_generated(table, name)]:
            problem = (
                f"generated column {', '.join(computed)} has no value yet when a row is written"
            )
            raise unbound(self, f"{problem}: use what it is computed from")
        required = [d.column for d in self.derived if d.column.not_null]
        bound: Self = replaced(
            self, key=usable_key(table), names=taken_names(graph, self.table, required), read=read
        )
        return bound

    def _problems(self, graph: SchemaGraph, table: Table) -> Iterator[str]:
        if not self.sources or not self.derived:
            yield "it takes at least one column and makes at least one"
        if not is_alone(graph, table):
            yield (
                f"{self.table} shares its columns with partitions or heirs, or is foreign:"
                " use addColumn and backfill"
            )
        if not usable_key(table):
            yield (
                f"table {self.table} has no primary key, and no unique key without NULLs, to walk"
                " by: add one first"
            )
        yield from self._problems_of_names(table)
        for derived in self.derived:
            yield from _unfit(graph, derived)

    def _problems_of_names(self, table: Table) -> Iterator[str]:
        for name in self.sources:
            if table.column(name) is None:
                yield f"column {column_ref(self.table, name)} does not exist"
        new = [derived.column.name for derived in self.derived]
        for name in new:
            if table.column(name):
                yield f"column {column_ref(self.table, name)} exists already"
            if new.count(name) > 1:
                yield f"column {name} is there twice"

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            for derived in self.derived:
                table = table.with_part(derived.column)
            return table

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return tuple(self.derivation.stages())

    def reads(self) -> frozenset[Ref]:
        return frozenset(column_ref(self.table, name) for name in self.read)

    def makes(self) -> frozenset[Ref]:
        return frozenset(column_ref(self.table, d.column.name) for d in self.derived)

    def inverse(self, place: Place) -> Operation | None:
        """Parked, not dropped: what was written to them since is nowhere else."""
        first, *others = (derived.column.name for derived in self.derived)
        return make("softDropColumn", table=self.table, column=first, also=tuple(others))

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        required = [d for d in self.derived if d.column.not_null]
        nulls = tuple(self._null_rows(graph, derived) for derived in required)
        return (*nulls, *self._later_triggers(), *self._unfillable(graph))

    def _unfillable(self, graph: SchemaGraph) -> Iterator[Probe]:
        table = graph.table(self.table)
        if table is None:
            return
        for derived in self.derived:
            bare = msgspec.structs.replace(derived.column, not_null=False)
            filled = Filling(table=table, column=bare, expression=derived.expression)
            yield from asked_of_filling(graph, filled)

    def _null_rows(self, graph: SchemaGraph, derived: Derived) -> Probe:
        where = ddl("({value}) IS NULL", value=raw(derived.expression))
        name = derived.column.name
        return Probe(
            fact=f"null_{name}",
            question=f"rows would hold NULL in {name}",
            query=counted(self.table, where),
            sample=sampled(graph, self.table, where),
        )

    def _later_triggers(self) -> Iterator[Probe]:
        for name in self.read:
            yield Probe(
                fact=f"later_triggers_{name}",
                question=f"triggers may change {name} after it was read",
                query=later_triggers(self.table, self.derivation.sync, name),
            )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        names = ", ".join(derived.column.name for derived in self.derived)
        yield from filling(facts, self.key, names)
        yield why.DERIVES_COLUMNS.because(f"{names} from {', '.join(self.sources)}")
        for derived in self.derived:
            name = derived.column.name
            if derived.column.not_null:
                yield why.CHANGES_COLUMN_NULLABLE_TO_NOT_NULL.because(
                    f"{name}, validated while reads and writes go on; {facts.describe()}"
                )
                yield from breaking(facts, f"null_{name}")
        for name in self.read:
            yield from breaking(facts, f"later_triggers_{name}")
        yield from unfillable(facts)


def _unfit(graph: SchemaGraph, derived: Derived) -> Iterator[str]:
    column = derived.column
    if column.generated or column.identity:
        yield f"{column.name} is to count or to be computed by itself: use addColumn"
    bare = msgspec.structs.replace(column, not_null_rule=None)
    if bare != column:
        yield f"the NOT NULL of {column.name} is an unusual one: use alterNotNull afterwards"
    if domain := checked_domain(graph, column.type):
        yield f"adding a column of the domain {domain} writes every row; use its base type"
    try:
        words = list(tokens(derived.expression))
    except UnterminatedError as error:
        yield f"the expression of {column.name} has an {error}"
        return
    if any(t.lex is Lex.COMMENT or t.text == ";" for t in words) or not derived.expression.strip():
        yield f"the expression of {column.name} is to be one value, without comments"


def _is_generated(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.generated is not None
