"""attachIndex: a partition's index counts as part of its parent's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import keys_of
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Index
from migrate_core.schema.partitioned_keys import attach
from migrate_core.schema.refs import ObjectKind, Ref


class AttachIndex(Operation, frozen=True, kw_only=True):
    """Attach an index, or the index of a key, of a partition to its parent's.

    An index of a partitioned table is INVALID until all its partitions have theirs attached.
    PostgreSQL detaches none again: it goes with its partition, or with the parent's index.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    name: str
    parent: QualifiedName  # table
    to: str  # its index
    key: bool = False  # whether it is the index of a key

    @property
    def subject(self) -> Ref:
        kind = ObjectKind.CONSTRAINT if self.key else ObjectKind.INDEX
        return Ref.of(kind, self.table, self.name)

    def claims(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def reads(self) -> frozenset[Ref]:
        """A key that is added in the same migration is there first."""
        return frozenset({self.subject})

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        renamed = {(table.name, part.name) for table, _, part in delta.renamed_parts(Index)}
        renamed |= {(table.name, key.name) for table, _, key in delta.renamed_parts(Constraint)}
        for old, new in delta.changed_relations():
            partition = getattr(new, "partition_of", None)
            if partition is None or getattr(old, "partition_of", None) != partition:
                continue
            for part in keys_of(new):
                had = old.index(part.name) or old.constraint(part.name)
                was = had.parent if had else None
                kept = (new.name, part.name) in renamed
                if part.parent is not None and was is None and not kept:
                    yield cls(
                        table=new.name,
                        name=part.name,
                        parent=partition.parent,
                        to=part.parent,
                        key=isinstance(part, Constraint),
                    )

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        parent = table_in(graph, self.parent, self)
        part = table.index(self.name) or table.constraint(self.name)
        if part is None:
            raise unbound(self, f"index {self.subject} does not exist")
        if part.parent is not None:
            raise unbound(self, f"index {self.subject} is attached to {part.parent}")
        if not (parent.index(self.to) or parent.constraint(self.to)):
            raise unbound(self, f"index {self.parent.renamed(self.to)} does not exist")
        bound: Self = replaced(self, key=isinstance(part, Constraint))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        table = graph.table(self.table)
        part = table and (table.index(self.name) or table.constraint(self.name))
        if part is None:
            return graph
        attached = msgspec.structs.replace(part, parent=self.to)
        return graph.edit_only(self.table, lambda found: found.with_part(attached))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (attach(self.table.renamed(self.name), self.parent.renamed(self.to)),)

    def inverse(self, place: Place) -> Operation | None:
        return None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because(f"part of {self.parent.renamed(self.to)}")
        yield why.NO_INVERSE.because("PostgreSQL detaches no index")
