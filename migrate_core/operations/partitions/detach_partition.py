"""detachPartition: a partition becomes a table of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Raw, Stage, StageMode, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.bounds import leftover
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import alone, default_partitions, referenced, referring
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.repartition import moving
from migrate_core.schema.rules import constraint_ref

EXCLUSIVE, SHARED = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE
_OBSERVE = """
SELECT CASE
  WHEN i.inhrelid IS NULL THEN 'absent'
  WHEN i.inhdetachpending THEN 'invalid'
  ELSE 'holds' END
  FROM (SELECT 1) AS one
  LEFT JOIN pg_catalog.pg_inherits AS i
    ON i.inhrelid = to_regclass({table}) AND i.inhparent = to_regclass({parent})
"""


class DetachPartition(Operation, frozen=True, kw_only=True):
    """Detach a partition; it keeps its rows.

    A plain DETACH locks the parent and all that is read of it. Where the parent has no
    DEFAULT partition it is done concurrently, outside a transaction block; one that is cut
    off stays pending, and is finalized when the step is run again. PostgreSQL leaves a check
    behind that says the bound (`leftover`): it is dropped.
    Source: PostgreSQL documentation, ALTER TABLE, "DETACH PARTITION".
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    parent: QualifiedName
    bound: str = ""
    concurrently: bool = False
    pending: bool = False  # a DETACH CONCURRENTLY was cut off before
    leftover: str | None = None
    default: QualifiedName | None = None  # the parent's DEFAULT partition
    references: tuple[QualifiedName, ...] = ()  # tables that the parent's foreign keys point at
    referring: tuple[QualifiedName, ...] = ()  # tables whose foreign keys point at the parent

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.PARTITION, self.table)

    @property
    def relation(self) -> QualifiedName | None:
        return self.table

    @property
    def label(self) -> str:
        return f"{self.table} from {self.parent}"

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def precedes(self) -> frozenset[QualifiedName]:
        return frozenset({self.table, self.parent})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        along = moving(delta.origin, delta.after)
        for table in delta.origin.tables:
            was = table.partition_of
            if was is None or table.name in along:
                continue
            new = delta.after.table(table.name)
            if new and new.partition_of == was:
                continue
            made = cls(table=table.name, parent=was.parent)
            stays = delta.after.table(was.parent) is not None
            yield made._measured(delta.origin, table, stays=stays)

    def _measured(self, graph: SchemaGraph, table: Table, *, stays: bool) -> Self:
        was = table.partition_of
        parent = graph.table(self.parent)
        if was is None or parent is None:
            return self
        default = next(default_partitions(graph, self.parent), None)
        concurrently = stays and default is None and not was.detaching
        found: Self = replaced(
            self,
            bound=was.bound,
            concurrently=concurrently,
            pending=was.detaching,
            leftover=leftover(graph, table, parent) if concurrently else None,
            default=None if default == self.table else default,
            references=referenced(graph, parent, parent.constraints),
            referring=referring(graph, parent),
        )
        return found

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        if table.partition_of is None or table.partition_of.parent != self.parent:
            raise unbound(self, f"table {self.table} is no partition of {self.parent}")
        stays = self.concurrently or not self.bound  # a person's is concurrent where it can be
        return self._measured(graph, table, stays=stays)

    def unsettles(self) -> frozenset[Ref]:
        """The check that stands between its two stages."""
        if self.leftover is None:
            return frozenset()
        return frozenset({constraint_ref(self.table, self.leftover)})

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.edit(self.table, partial(alone, graph))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.pending:
            return (self._concurrent(raw("FINALIZE"), self._detach(raw("FINALIZE"), SHARED)),)
        if not self.concurrently:
            return (stage(self._detach(raw(""), EXCLUSIVE)),)
        first = self._concurrent(raw("CONCURRENTLY"), self._detach(raw("CONCURRENTLY"), SHARED))
        sql = ddl(
            "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
            table=self.table,
            name=self.leftover or "",
        )
        drop = Statement(sql=sql, lock=EXCLUSIVE, on=self.table, inherited=True)
        return (first, stage(drop)) if self.leftover else (first,)

    def _detach(self, how: Raw, lock: LockMode) -> Statement:
        sql = ddl(
            "ALTER TABLE {parent} DETACH PARTITION {table}{how}",
            parent=self.parent,
            table=self.table,
            how=raw(f" {how}" if how else ""),
        )
        also = [(self.table, EXCLUSIVE)]
        also += [(self.default, EXCLUSIVE)] if self.default else []
        also += [(other, LockMode.SHARE_ROW_EXCLUSIVE) for other in self.references]
        also += [(other, EXCLUSIVE) for other in self.referring]
        # Rows that point at the partition are looked for in every table that may hold some.
        return Statement(
            sql=sql,
            lock=lock,
            on=self.parent,
            also=tuple(also),
            reads=self.referring,
            scans=bool(self.referring),
        )

    def _concurrent(self, how: Raw, statement: Statement) -> Stage:
        observe = ddl(
            _OBSERVE, table=literal(str(self.table)), parent=literal(str(self.parent))
        ).strip()
        finalize = self._detach(raw("FINALIZE"), SHARED)
        return Stage(
            statements=(statement,),
            mode=StageMode.CONCURRENT,
            observe=observe,
            wants="absent",
            repair=(finalize,) if how != "FINALIZE" else (),
        )

    def takes_away(self, graph: SchemaGraph) -> str:
        """Nothing where the parent goes as well, or has another partition in its place."""
        held = {
            (t.partition_of.parent, t.partition_of.bound) for t in graph.tables if t.partition_of
        }
        gone = graph.table(self.parent) is not None and (self.parent, self.bound) not in held
        return f"the rows of {self.table} in {self.parent}, and room for more" if gone else ""

    def inverse(self, place: Place) -> Operation | None:
        if not self.bound:
            return None
        return make("attachPartition", table=self.table, parent=self.parent, bound=self.bound)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DETACHES_PARTITION.because(f"{self.bound or self.parent}; {facts.describe()}")

    def reasons_beside(self, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
        if table in self.referring:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(
                f"{table} is read for rows that point at {self.table}; {facts.describe()}"
            )
