"""validateConstraint: a rule for new rows becomes one for all rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.orphans import orphans, violations
from migrate_core.risk.reasons import Reason
from migrate_core.schema.constraint_changes import redefined
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import (
    add_not_valid,
    constraint_ref,
    drop_constraint,
    is_enforced,
    validate,
)


class ValidateConstraint(Operation, frozen=True, kw_only=True):
    """Validate a check or a foreign key that was added NOT VALID.

    `validated: false` is the way back, for which PostgreSQL has no command: the constraint
    is dropped and added NOT VALID in one transaction, so that no row slips past it.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    name: str
    validated: bool = True
    was: Constraint | None = None

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Constraint):
            enforced = is_enforced(old) and is_enforced(new)
            if old.validated != new.validated and enforced and not redefined(old, new):
                yield cls(table=table.name, name=new.name, validated=new.validated, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = table_in(graph, self.table, self).constraint(self.name)
        if was is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if was.type not in ("check", "foreign key"):
            raise unbound(self, f"a {was.type} constraint is always valid")
        if was.validated == self.validated:
            raise unbound(self, f"{self.label} is {_state(self.validated)} already")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            found = table.constraint(self.name)
            if found is None:
                return table
            return table.with_part(msgspec.structs.replace(found, validated=self.validated))

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        was = self.was or Constraint(name=self.name, type="check", definition="")
        if self.validated:
            return (validate(self.table, was),)
        lock = LockMode.ACCESS_EXCLUSIVE
        if was.type == "foreign key":
            lock = LockMode.SHARE_ROW_EXCLUSIVE
        drop = drop_constraint(self.table, self.name, was.references)
        return (stage(drop, *add_not_valid(self.table, was, lock).statements),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        now = msgspec.structs.replace(self.was, validated=self.validated)
        return ValidateConstraint(
            table=self.table, name=self.name, validated=not self.validated, was=now
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if self.was is None or not self.validated or graph.table(self.table) is None:
            return ()
        if self.was.type == "foreign key":
            return orphans(graph, self.table, self.was)
        return (violations(graph, self.table, self.was),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        rule = self.was.definition if self.was else self.name
        if not self.validated:
            yield why.CHANGES_METADATA.because(f"new rows must still satisfy {rule}")
            return
        yield why.VALIDATES_ONLINE.because(f"{rule}; {facts.describe()}")
        is_key = self.was is not None and self.was.type == "foreign key"
        yield from breaking(facts, "orphans" if is_key else "violations")


def _state(validated: bool) -> str:
    return "valid" if validated else "NOT VALID"
