"""addForeignKey: rows must point at a row that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.acting import begins_to_act
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.orphans import orphans, pointing
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import added, leaning
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import (
    acts_here,
    add_at_once,
    add_not_valid,
    add_now,
    columns_in_words,
    completed,
    constraint_ref,
    is_enforced,
    key_claim,
    leads_an_index,
    validate,
)

NOT_VALID_WHERE_PARTITIONED = 18


class AddForeignKey(Operation, frozen=True, kw_only=True):
    """Add a foreign key.

    Added at once it would read both tables while neither can be written. Here it is added
    NOT VALID, which binds new rows, and validated in a stage of its own, under a lock that
    lets reads and writes go on. One whose key on the other table is made anew is too. Up to
    PostgreSQL 17 a partitioned table takes none that is NOT VALID: each partition gets it
    first, and the parent's then finds them there and reads no row.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint [ NOT VALID ]".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    constraint: Constraint
    partitioned: bool = False
    partitions: tuple[tuple[QualifiedName, str], ...] = ()  # and what they call it

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.constraint.name)

    @property
    def label(self) -> str:
        arrow = f" -> {self.constraint.references}" if self.constraint.references else ""
        return f"{self.table} {columns_in_words(self.constraint)}{arrow}"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in (*added(delta, "foreign key"), *leaning(delta)):
            key = msgspec.structs.replace(constraint, parent=None)
            partitioned = table.partition_key is not None
            leaves = _leaves(delta, table.name, key.name) if partitioned else ()
            yield cls(
                table=table.name,
                constraint=key,
                partitioned=partitioned,
                partitions=tuple(leaves),
            )

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if self.constraint.type != "foreign key":
            raise unbound(self, f"{self.constraint.name} is a {self.constraint.type} constraint")
        if table.constraint(self.constraint.name):
            raise unbound(self, f"constraint {self.subject} exists already")
        constraint = completed(self.constraint, table)
        if constraint.references is None:
            raise unbound(self, f"{constraint.name} does not say which columns it references")
        other = table_in(graph, constraint.references, self)
        named = [(table, name) for name in constraint.columns]
        named += [(other, name) for name in constraint.ref_columns]
        for where, name in named:
            if where.column(name) is None:
                raise unbound(self, f"column {where.name}.{name} does not exist")
        partitioned = table.partition_key is not None
        bound: Self = replaced(self, constraint=constraint, partitioned=partitioned)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.constraint))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        lock = LockMode.SHARE_ROW_EXCLUSIVE
        if self.partitions and self._validates and place.major < NOT_VALID_WHERE_PARTITIONED:
            return (*self._on_partitions(lock), add_at_once(self.table, self.constraint, lock))
        add = add_not_valid(self.table, self.constraint, lock)
        if self.partitioned and place.major < NOT_VALID_WHERE_PARTITIONED:
            return (add_now(self.table, self.constraint, lock),)
        if not self._validates:
            return (add,)
        return (add, validate(self.table, self.constraint))

    def _on_partitions(self, lock: LockMode) -> Iterator[Stage]:
        for table, name in self.partitions:
            key = msgspec.structs.replace(self.constraint, name=name, comment=None)
            yield add_not_valid(table, key, lock)
            yield validate(table, key)

    def claims(self) -> frozenset[tuple[str, str]]:
        other = self.constraint.references
        return frozenset({key_claim(other, self.constraint.ref_columns)} if other else ())

    def inverse(self, place: Place) -> Operation | None:
        name = self.constraint.name
        return make("dropForeignKey", table=self.table, name=name, was=self.constraint)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if graph.table(self.table) is None or not self._validates:
            return ()
        return orphans(graph, self.table, self.constraint)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        """Every row that points anywhere, where the other table is new and empty."""
        other = self.constraint.references
        ours = {column_ref(self.table, name) for name in self.constraint.columns}
        new = other is not None and Ref.of(ObjectKind.TABLE, other) in made
        if not new or not self._validates or ours & made:
            return ()
        return (pointing(graph, self.table, self.constraint),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        other = self.constraint.references
        yield why.ADDS_FOREIGN_KEY.because(f"points at {other}; {facts.describe()}")
        if self._validates:
            yield from breaking(facts, "orphans")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """An index may come in a later step. Who says what a DELETE does over here means it to
        happen; without that it is an error, and may be rare."""
        table = graph.table(self.table)
        if table is None or not is_enforced(self.constraint):
            return
        if not leads_an_index(table, self.constraint.columns):
            acts = acts_here(self.constraint)
            yield why.FOREIGN_KEY_WITHOUT_INDEX.because(
                f"({', '.join(self.constraint.columns)}){', ' + acts if acts else ''};"
                f" {facts.describe()}",
                level=None if acts else Level.MEDIUM,
            )

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from begins_to_act(base, graph, self.table, self.constraint)

    @property
    def _validates(self) -> bool:
        return self.constraint.validated and is_enforced(self.constraint)


def _leaves(
    delta: SchemaDelta, table: QualifiedName, key: str
) -> Iterator[tuple[QualifiedName, str]]:
    """Partitions that stay and have rows themselves, and what each calls the key."""
    for name in delta.after.children.get(table, ()):
        new, old = delta.after.table(name), delta.origin.table(name)
        if new is None or old is None or new.partition_of != old.partition_of:
            continue
        own = next((c.name for c in new.constraints if c.references and c.parent == key), None)
        if own is not None and new.partition_key is not None:
            yield from _leaves(delta, name, own)
        elif own is not None and old.constraint(own) is None:
            yield name, own
