"""renameConstraint: a constraint gets another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.marks import with_marks
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import constraint_ref


class RenameConstraint(Operation, frozen=True, kw_only=True):
    """Rename a constraint, and the index of a key with it.

    Nobody is asked: two constraints that say the same are one and the same rule. It is an
    alteration, not a rename to the sort, because tables and columns get their new names
    first. An ON CONFLICT ON CONSTRAINT is all that could notice.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    name: str
    to: str

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.renamed_parts(Constraint):
            yield cls(table=table.name, name=old.name, to=new.name)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        found = table.constraint(self.name)
        if found is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if table.constraint(self.to):
            raise unbound(self, f"constraint {self.to} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            found = table.constraint(self.name)
            if found is None:
                return table
            renamed = msgspec.structs.replace(found, name=self.to)
            now = table.without_part(Constraint, self.name).with_part(renamed)
            return with_marks(table, now, self.name, self.to)

        return graph.edit(self.table, change)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset({(self.table.schema, self.to)})

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "ALTER TABLE {table} RENAME CONSTRAINT {name} TO {to}",
            table=self.table,
            name=self.name,
            to=self.to,
        )
        return (
            stage(
                Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table, inherited=True)
            ),
        )

    def inverse(self, place: Place) -> Operation | None:
        return RenameConstraint(table=self.table, name=self.to, to=self.name)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"{self.name} becomes {self.to}")
