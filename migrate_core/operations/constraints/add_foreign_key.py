"""addForeignKey: rows must point at a row that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.orphans import orphans
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import added, leaning
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_not_valid,
    columns_in_words,
    completed,
    constraint_ref,
    is_enforced,
    key_claim,
    validate,
)


class AddForeignKey(Operation, frozen=True, kw_only=True):
    """Add a foreign key.

    Added at once it would read both tables while neither can be written. Here it is added
    NOT VALID, which binds new rows, and validated in a stage of its own, under a lock that
    lets reads and writes go on. One whose key on the other table is made anew is too.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint [ NOT VALID ]".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    constraint: Constraint

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
            yield cls(table=table.name, constraint=constraint)

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
        bound: Self = replaced(self, constraint=constraint)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.constraint))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        add = add_not_valid(self.table, self.constraint, LockMode.SHARE_ROW_EXCLUSIVE)
        if not self._validates:
            return (add,)
        return (add, validate(self.table, self.constraint))

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

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        other = self.constraint.references
        yield why.ADDS_FOREIGN_KEY.because(f"points at {other}; {facts.describe()}")
        if self._validates:
            yield from breaking(facts, "orphans")

    @property
    def _validates(self) -> bool:
        return self.constraint.validated and is_enforced(self.constraint)
