"""replaceKey: a primary key or a unique constraint is built anew under its own name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.index_rows import overlong, too_long
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import duplicates
from migrate_core.schema.clauses import constraint_comments
from migrate_core.schema.concurrent import build_index
from migrate_core.schema.constraint_changes import foreign_keys_on, swapped
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Index
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_using,
    columns_in_words,
    constraint_ref,
    drop_constraint,
    index_of,
    key_claim,
    no_longer_unique,
    read_key,
)
from migrate_core.schema.serving import index_behind


class ReplaceKey(Operation, frozen=True, kw_only=True):
    """Give a key other columns or another form, so that rows are always found by one.

    Its index is built concurrently beside the old one; then, in one short transaction, the
    old key is dropped and the new one takes the index. A drop and an addition would leave
    every query without an index, and the rows without the rule, for as long as the build
    takes; and where the build fails, the old key still stands.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    to: Constraint
    was: Constraint | None = None

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.to.name)

    @property
    def label(self) -> str:
        return f"{self.table} {columns_in_words(self.to)}"

    def claims(self) -> frozenset[tuple[str, str]]:
        """A foreign key that is added waits until it can tell which key is meant."""
        return frozenset({key_claim(self.table, self.to.columns)})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in swapped(delta):
            yield cls(table=table.name, to=new, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        was = table.constraint(self.to.name)
        if was is None or was.type not in ("primary key", "unique"):
            raise unbound(self, f"{self.subject} is no key")
        leaning = foreign_keys_on(graph, table, was)
        if leaning:
            raise unbound(self, f"{', '.join(leaning)} needs {self.to.name}: drop that first")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.to))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        helper = place.helper(self.to.name)
        return (
            build_index(self.table, helper, index_of(self.to), unique=True),
            stage(
                drop_constraint(self.table, self.to.name),
                add_using(self.table, self.to, helper),
                *constraint_comments(self.table, self.to),
            ),
        )

    def inverse(self, place: Place) -> Operation | None:
        return ReplaceKey(table=self.table, to=self.was, was=self.to) if self.was else None

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if graph.table(self.table) is None:
            return ()
        long = too_long(graph, self.table, index_of(self.to))
        if self._asks_no_more:
            return long
        key = read_key(self.to.definition)
        columns = self.to.columns
        return (duplicates(graph, self.table, columns, nulls_distinct=key.nulls_distinct), *long)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Where it is a key of other columns."""
        if self.was is None:
            return ""
        return no_longer_unique(graph.table(self.table), self.was.columns, self.was)

    def index_that_goes(self) -> Index | None:
        return index_behind(self.was) if self.was else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ADDS_INDEX.because(f"the old one serves until it is there; {facts.describe()}")
        if not self._asks_no_more:
            yield why.ADDS_UNIQUE_CONSTRAINT.because(f"unique over {columns_in_words(self.to)}")
            yield from breaking(facts, "duplicates")
        yield from overlong(facts)

    @property
    def _asks_no_more(self) -> bool:
        """Whether every row that the old key let in is let in by the new one."""
        if self.was is None or not set(self.was.columns) <= set(self.to.columns):
            return False
        old, new = read_key(self.was.definition), read_key(self.to.definition)
        return new.nulls_distinct or not old.nulls_distinct or self.was.type == "primary key"
