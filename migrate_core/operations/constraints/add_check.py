"""addCheck: every row must satisfy a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking, outliving
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.orphans import violations
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import added
from migrate_core.schema.cycles import later_parts
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_not_valid,
    completed,
    constraint_ref,
    is_enforced,
    validate,
)


class AddCheck(Operation, frozen=True, kw_only=True):
    """Add a check constraint.

    Added at once it would read the whole table under ACCESS EXCLUSIVE. Here it is added
    NOT VALID, which binds new rows, and validated in a stage of its own, under a lock that
    lets reads and writes go on.
    Source: PostgreSQL documentation, ALTER TABLE, "ADD table_constraint [ NOT VALID ]".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    constraint: Constraint

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.constraint.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, constraint in added(delta, "check"):
            yield cls(table=table.name, constraint=constraint)
        for made in delta.added(Table):
            for check in later_parts(delta.after, made)[1]:
                if check.inline:
                    yield cls(table=made.name, constraint=check)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if self.constraint.type != "check":
            raise unbound(self, f"{self.constraint.name} is a {self.constraint.type} constraint")
        if table.constraint(self.constraint.name):
            raise unbound(self, f"constraint {self.label} exists already")
        constraint = completed(self.constraint, table)
        for name in constraint.columns:
            if table.column(name) is None:
                raise unbound(self, f"column {self.table}.{name} does not exist")
        bound: Self = replaced(self, constraint=constraint)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, lambda table: table.with_part(self.constraint))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        add = add_not_valid(self.table, self.constraint, LockMode.ACCESS_EXCLUSIVE)
        if not self._validates:
            return (add,)
        return (add, validate(self.table, self.constraint))

    def inverse(self, place: Place) -> Operation | None:
        name = self.constraint.name
        return make("dropCheck", table=self.table, name=name, was=self.constraint)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if graph.table(self.table) is None or not is_enforced(self.constraint):
            return ()
        probe = violations(graph, self.table, self.constraint)
        return (replaced(probe, blocks=self._validates),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.ADDS_CHECK.because(f"{self.constraint.definition}; {facts.describe()}")
        if self._validates:
            yield from breaking(facts, "violations")

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """Rows that break it can be mended, but not by chance, where it is not validated."""
        if self._validates or not is_enforced(self.constraint):
            return
        table = graph.table(self.table)
        check = table.constraint(self.constraint.name) if table else None
        if check is not None:
            yield from outliving(facts, "violations", mended=check.validated)

    @property
    def _validates(self) -> bool:
        return self.constraint.validated and is_enforced(self.constraint)
