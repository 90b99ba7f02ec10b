"""enableRls: row security is switched on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref


class EnableRls(Operation, frozen=True, kw_only=True):
    """Switch row security on (`row_security`), or on for the table's owner too (`force`).

    From then on a table without policies shows no row. So it comes after everything else
    that the plan does to the table's policies: its subject is the policies as a whole, and
    `policies`, those it must find, are what it waits for.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    row_security: bool = True
    force: bool = False
    policies: tuple[str, ...] = ()

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.POLICY, self.table)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        pairs = [(Table(name=new.name), new) for new in delta.added(Table)]
        for old, new in (*pairs, *delta.changed(Table)):
            on = new.row_security and not old.row_security
            force = new.force_row_security and not old.force_row_security
            if on or force:
                policies = tuple(policy.name for policy in new.policies)
                yield cls(table=new.name, row_security=on, force=force, policies=policies)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if not (self.row_security or self.force):
            raise unbound(self, "it switches nothing on")
        if self.row_security and table.row_security:
            raise unbound(self, f"row security of {self.table} is on already")
        if self.force and table.force_row_security:
            raise unbound(self, f"row security of {self.table} is forced already")
        policies = tuple(policy.name for policy in table.policies)
        bound: Self = replaced(self, policies=policies)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            return table.change(
                row_security=table.row_security or self.row_security,
                force_row_security=table.force_row_security or self.force,
            )

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        actions = ["ENABLE ROW LEVEL SECURITY"] if self.row_security else []
        actions += ["FORCE ROW LEVEL SECURITY"] if self.force else []
        sql = ddl(
            "ALTER TABLE {table} {actions}", table=self.table, actions=raw(", ".join(actions))
        )
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)),)

    def inverse(self, place: Place) -> Operation | None:
        return make(
            "disableRls", table=self.table, row_security=self.row_security, force=self.force
        )

    def reads(self) -> frozenset[Ref]:
        return frozenset(Ref.of(ObjectKind.POLICY, self.table, name) for name in self.policies)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        whom = "its owner" if self.force and not self.row_security else "everyone but its owner"
        if self.policies:
            yield why.RLS_CHANGE.because(f"{whom} sees what {', '.join(self.policies)} shows")
        else:
            evidence = f"there is no policy: {whom} sees no row"
            yield why.RLS_CHANGE.because(evidence, level=Level.HIGH)
