"""disableRls: row security is switched off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
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


class DisableRls(Operation, frozen=True, kw_only=True):
    """Switch row security off (`row_security`), or off for the table's owner (`force`).

    From then on every row is shown. It comes before the plan drops the policies: the other
    way round nobody would see a row in between.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    row_security: bool = True
    force: bool = False

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.POLICY, self.table)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Table):
            off = old.row_security and not new.row_security
            unforced = old.force_row_security and not new.force_row_security
            if off or unforced:
                yield cls(table=new.name, row_security=off, force=unforced)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if not (self.row_security or self.force):
            raise unbound(self, "it switches nothing off")
        if self.row_security and not table.row_security:
            raise unbound(self, f"row security of {self.table} is off already")
        if self.force and not table.force_row_security:
            raise unbound(self, f"row security of {self.table} is not forced")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            return table.change(
                row_security=table.row_security and not self.row_security,
                force_row_security=table.force_row_security and not self.force,
            )

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        actions = ["DISABLE ROW LEVEL SECURITY"] if self.row_security else []
        actions += ["NO FORCE ROW LEVEL SECURITY"] if self.force else []
        sql = ddl(
            "ALTER TABLE {table} {actions}", table=self.table, actions=raw(", ".join(actions))
        )
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("enableRls", table=self.table, row_security=self.row_security, force=self.force)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.row_security:
            evidence = "every row becomes visible to whoever may read the table"
            yield why.RLS_CHANGE.because(evidence, level=Level.HIGH)
        else:
            yield why.RLS_CHANGE.because("its owner sees every row")
