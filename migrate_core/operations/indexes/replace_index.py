"""replaceIndex: an index is built anew under its own name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    replaced,
    table_in,
    unbound,
)
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.index_rows import overlong, unbuildable
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import duplicates, repeated
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.concurrent import build_index, drop_index
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.index_changes import in_place
from migrate_core.schema.objects import Index
from migrate_core.schema.parking import rename_index
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import index_key, is_whole, no_longer_unique


class ReplaceIndex(Operation, frozen=True, kw_only=True):
    """Build an index anew, so that queries always have one.

    The new one is built concurrently beside the old one, they change names in one short
    transaction, and the old one is dropped concurrently. A drop and an addition would leave
    every query without an index for as long as the build takes; and where the build fails,
    the old one still stands under its name.
    """

    effect: ClassVar[Effect] = Effect.CREATE
    missed_by_writers: ClassVar[bool] = True

    table: QualifiedName
    to: Index
    was: Index | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.INDEX, self.table, self.to.name)

    @property
    def label(self) -> str:
        columns = ", ".join(self.to.columns)
        return f"{self.table} ({columns})" if columns else str(self.subject)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in in_place(delta):
            yield cls(table=table.name, to=new, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        index = table.index(self.to.name)
        if index is None:
            raise unbound(self, f"index {self.subject} does not exist, or a constraint owns it")
        for name in self.to.columns:
            if table.column(name) is None:
                raise unbound(self, f"column {self.table}.{name} does not exist")
        bound: Self = replaced(self, was=index)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        built = msgspec.structs.replace(self.to, statistics=())  # alterIndex sets them
        return graph.edit(self.table, lambda table: table.with_part(built))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        to, was = self.to, self.was or self.to
        schema, made, aside = self.table.schema, place.helper(to.name), place.parked_name(to.name)
        return (
            build_index(self.table, made, to.definition, unique=to.unique),
            stage(
                rename_index(schema, to.name, aside),
                rename_index(schema, made, to.name),
                *comment_on(self.subject, to.comment),
            ),
            drop_index(self.table, aside, was.definition, unique=was.unique),
        )

    def inverse(self, place: Place) -> Operation | None:
        return ReplaceIndex(table=self.table, to=self.was, was=self.to) if self.was else None

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        fails = unbuildable(graph, self.table, self.to.definition)
        if not self._asks_anew:
            return fails
        if index_key(self.to) != self.to.columns:
            return (repeated(graph, self.table, self.to), *fails)
        return (duplicates(graph, self.table, self.to.columns), *fails)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Where it was unique, and the new one is not, or only over some rows."""
        was, table = self.was, graph.table(self.table)
        found = table.index(self.to.name) if table else None
        stays = found is not None and found.unique and not (was and is_whole(was))
        if was is None or not was.unique or stays:
            return ""
        return no_longer_unique(table, index_key(was))

    def index_that_goes(self) -> Index | None:
        return self.was

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ADDS_INDEX.because(f"the old one serves until it is there; {facts.describe()}")
        columns = ", ".join(self.to.columns)
        if self._asks_anew:
            yield why.ADDS_UNIQUE_CONSTRAINT.because(f"unique over {columns}")
            yield from breaking(facts, "duplicates")
        yield from overlong(facts)
        if self.was and self.was.unique and not self.to.unique:
            yield why.DROPS_UNIQUE_CONSTRAINT.because(f"unique over {columns}")

    @property
    def _asks_anew(self) -> bool:
        """Whether rows of today may break what the new one demands."""
        was = self.was
        return self.to.unique and not (was and was.unique and was.columns == self.to.columns)
