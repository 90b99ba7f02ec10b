"""attachPartition: a table becomes a partition of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.bounds import condition
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import default_partitions, referenced, referring
from migrate_core.schema.following import attached, merged_keys
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Partition, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.repartition import moving
from migrate_core.schema.rules import TRIGGERS_ON_PARTITIONS

EXCLUSIVE, SHARED = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE


class AttachPartition(Operation, frozen=True, kw_only=True):
    """Attach a table to a partitioned table.

    CREATE TABLE ... PARTITION OF would lock all of the parent; ATTACH lets it be read and
    written. The table has its keys and indexes before, so that none is built under the lock,
    and where it may have rows, a check proves that they fit, so that none is read: it is
    added NOT VALID, validated in a stage of its own, and dropped after. A DEFAULT partition
    is read all the same. `proof` is that check, where the bound can be written as one.
    Source: PostgreSQL documentation, ALTER TABLE, "ATTACH PARTITION".
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    parent: QualifiedName
    bound: str
    new: bool = False  # created by the same migration: it has no rows
    proof: str | None = None
    default: QualifiedName | None = None  # the parent's DEFAULT partition, which is read
    references: tuple[QualifiedName, ...] = ()  # tables that the parent's foreign keys point at
    merges: tuple[QualifiedName, ...] = ()  # those of them that a key of its own points at too
    referring: tuple[QualifiedName, ...] = ()  # tables whose foreign keys point at the parent

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.PARTITION, self.table)

    @property
    def relation(self) -> QualifiedName | None:
        """What is read: a new one holds nothing, the DEFAULT partition may."""
        return self.default if self.new and self.default else self.table

    @property
    def label(self) -> str:
        return f"{self.table} to {self.parent}"

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def follows(self) -> frozenset[QualifiedName]:
        return frozenset({self.table, self.parent})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        along = moving(delta.origin, delta.after)
        for table in delta.after.tables:
            wanted = table.partition_of
            if wanted is None or wanted.detaching or table.name in along:
                continue
            old = delta.origin.table(table.name)
            if old and old.partition_of == wanted:
                continue
            new = old is None
            parent = delta.after.table(wanted.parent)
            made = cls(table=table.name, parent=wanted.parent, bound=wanted.bound, new=new)
            yield made._measured(delta.after, parent) if parent else made

    def _measured(self, graph: SchemaGraph, parent: Table) -> Self:
        """Itself with its proof and the DEFAULT partition, as `graph` has them."""
        default = next((t for t in default_partitions(graph, self.parent)), None)
        proof = None if self.new else condition(graph, parent, self.bound)
        table = graph.table(self.table)
        merged = merged_keys(table, parent) if table else ()
        found: Self = replaced(
            self,
            proof=proof,
            default=None if default == self.table else default,
            references=referenced(graph, parent, parent.constraints),
            merges=referenced(graph, parent, merged),
            referring=referring(graph, parent),
        )
        return found

    def bind(self, graph: SchemaGraph) -> Self:
        table, parent = table_in(graph, self.table, self), table_in(graph, self.parent, self)
        if parent.partition_key is None:
            raise unbound(self, f"table {self.parent} is not partitioned")
        if table.partition_of is not None:
            raise unbound(self, f"table {self.table} is a partition of {table.partition_of.parent}")
        if table.inherits:
            raise unbound(self, f"table {self.table} inherits from {table.inherits[0]}")
        for column in table.columns:
            if parent.column(column.name) is None:
                raise unbound(self, f"column {column.name} is not one of {self.parent}")
        for column in parent.columns:
            if table.column(column.name) is None:
                raise unbound(self, f"column {column.name} is missing in {self.table}")
        return self._measured(graph, parent)

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        parent = graph.table(self.parent)
        if parent is None:
            return graph
        bound = Partition(parent=self.parent, bound=self.bound)
        return graph.edit(self.table, lambda table: attached(table, parent, bound))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        helper = place.helper(self.table.name)
        also = [(self.table, EXCLUSIVE)]
        also += [(self.default, EXCLUSIVE)] if self.default else []
        # A foreign key that it has already gives way to the parent's.
        also += [(other, EXCLUSIVE) for other in self.merges]
        added = (other for other in self.references if other not in self.merges)
        also += [(other, LockMode.SHARE_ROW_EXCLUSIVE) for other in added]
        waits = place.major >= TRIGGERS_ON_PARTITIONS
        lock = LockMode.SHARE_ROW_EXCLUSIVE if waits else LockMode.ACCESS_SHARE
        also += [(other, lock) for other in self.referring]
        sql = ddl(
            "ALTER TABLE {parent} ATTACH PARTITION {table} {bound}",
            parent=self.parent,
            table=self.table,
            bound=raw(self.bound),
        )
        attach = Statement(sql=sql, lock=SHARED, on=self.parent, also=tuple(also))
        attach = replaced(attach, reads=self._reads, scans=bool(self._reads))
        if self.proof is None:
            return (stage(attach),)
        add = self._on_table(
            ddl("ADD CONSTRAINT {c} CHECK ({p}) NOT VALID", c=helper, p=raw(self.proof)), EXCLUSIVE
        )
        validate = self._on_table(ddl("VALIDATE CONSTRAINT {c}", c=helper), SHARED, scans=True)
        drop = self._on_table(ddl("DROP CONSTRAINT {c}", c=helper), EXCLUSIVE)
        return (stage(add), stage(validate), stage(attach, drop))

    @property
    def _reads(self) -> tuple[QualifiedName, ...]:
        """A new one is read too, empty as it is; so is one that lacks a key of the parent's."""
        lacks = self.references != self.merges
        own = (self.table,) if self.proof is None or lacks else ()
        return (*own, self.default) if self.default else own

    def _on_table(self, action: str, lock: LockMode, *, scans: bool = False) -> Statement:
        sql = ddl("ALTER TABLE {table} {action}", table=self.table, action=raw(action))
        return Statement(sql=sql, lock=lock, on=self.table, scans=scans, inherited=True)

    def inverse(self, place: Place) -> Operation | None:
        return make("detachPartition", table=self.table, parent=self.parent, bound=self.bound)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        if self.default is None or Ref.of(ObjectKind.TABLE, self.default) in made:
            return ()
        return self._strays(graph)

    def _strays(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        """Rows that the DEFAULT partition may not keep."""
        parent = graph.table(self.parent)
        where = condition(graph, parent, self.bound) if parent else None
        if self.default is None or where is None:
            return ()
        return (
            Probe(
                fact="strays",
                question=f"rows of {self.default} belong to {self.bound}",
                query=counted(self.default, where),
                sample=sampled(graph, self.default, where),
            ),
        )

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (*self._misfits(graph), *self._strays(graph))

    def _misfits(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if self.proof is None or graph.table(self.table) is None:
            return ()
        where = f"({self.proof}) IS NOT TRUE"
        return (
            Probe(
                fact="misfits",
                question=f"rows of {self.table} do not fit {self.bound}",
                query=counted(self.table, where),
                sample=sampled(graph, self.table, where),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"{self.table} becomes {self.parent} {self.bound}")
        if self.proof is not None:
            yield why.VALIDATES_ONLINE.because(f"its rows must fit; {facts.describe()}")
            yield from breaking(facts, "misfits")
        elif not self.new:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"its rows must fit; {facts.describe()}")
        if self.relation == self.default:
            yield from self._of_default(facts)

    def reasons_beside(self, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
        if table == self.default:
            yield from self._of_default(facts)

    def _of_default(self, facts: Facts) -> Iterator[Reason]:
        yield why.SCANS_UNDER_BLOCKING_LOCK.because(
            f"{self.default} is read for rows to move; {facts.describe()}"
        )
        if any(answer.fact == "strays" for answer in facts.answers):
            yield from breaking(facts, "strays")
