"""purgeArtifact: what was parked is destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.operations.park import Release
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.parking import EXCLUSIVE, on_table
from migrate_core.schema.refs import ObjectKind, Ref


class PurgeArtifact(Operation, frozen=True, kw_only=True):
    """Destroy a parked column or table. The one operation that nothing undoes."""

    effect: ClassVar[Effect] = Effect.DROP
    loses_data: ClassVar[bool] = True

    physical_name: QualifiedName
    physical_column: str | None = None
    source: str = ""  # what it was, in words

    @property
    def subject(self) -> Ref:
        kind = ObjectKind.COLUMN if self.physical_column else ObjectKind.TABLE
        return Ref.of(kind, self.physical_name, self.physical_column or "")

    @property
    def label(self) -> str:
        return self.source or str(self.subject)

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph  # what is parked is no part of a schema

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.physical_column:
            drop = on_table(self.physical_name, "DROP COLUMN {name}", name=self.physical_column)
            return (stage(drop),)
        sql = ddl("DROP TABLE {table}", table=self.physical_name)
        return (stage(Statement(sql=sql, lock=EXCLUSIVE, on=self.physical_name)),)

    def inverse(self, place: Place) -> Operation | None:
        return None

    def releases(self) -> tuple[Release, ...]:
        return (
            Release(
                physical_name=self.physical_name,
                physical_column=self.physical_column,
                status="purged",
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.PURGES_ARTIFACT.because(f"{self.label}; {facts.describe()}")
