"""alterSequence: a sequence counts otherwise, or belongs to another column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec
from msgspec import UNSET, UnsetType

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.numbers import OUTSIDE, comes_to_its_end, cycles, near_end, outside
from migrate_core.risk.reasons import Reason
from migrate_core.schema import sequence_limits as limits
from migrate_core.schema.clauses import sequence_changes
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import ColumnRef, Sequence, SequenceOptions
from migrate_core.schema.refs import ObjectKind, Ref


class AlterSequence(Operation, frozen=True, kw_only=True):
    """Change a sequence's options or its owner; its position only where it must.

    A position outside the new limits goes to the new start: PostgreSQL refuses it otherwise.

    What is left out stays: `options: null`, and an `owned_by` that is not written.
    `owned_by: null` takes the owner away. It comes after the column that will own the
    sequence, and before the one that would take it along.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    name: QualifiedName
    options: SequenceOptions | None = None
    owned_by: ColumnRef | UnsetType | None = UNSET
    was: Sequence | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.SEQUENCE, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for made in delta.added(Sequence):
            if made.owned_by:
                yield cls(name=made.name, owned_by=made.owned_by)
        for old, new in delta.changed(Sequence):
            options = new.options if new.options != old.options else None
            owner = new.owned_by if new.owned_by != old.owned_by else UNSET
            if options is not None or owner is not UNSET:
                yield cls(name=new.name, options=options, owned_by=owner, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Sequence, self.name)
        if was is None:
            raise unbound(self, f"sequence {self.label} does not exist")
        if isinstance(self.owned_by, ColumnRef):
            table = graph.table(self.owned_by.table)
            if table is None or table.column(self.owned_by.column) is None:
                column = column_ref(self.owned_by.table, self.owned_by.column)
                raise unbound(self, f"column {column} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        found = graph.find(Sequence, self.name)
        if found is None:
            return graph
        if self.options is not None:
            found = msgspec.structs.replace(found, options=self.options)
        if not isinstance(self.owned_by, UnsetType):
            found = msgspec.structs.replace(found, owned_by=self.owned_by)
        return graph.put(found)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._options(), *self._ownership()),)

    def _options(self) -> Iterator[Statement]:
        if self.options is None:
            return
        had = self.was.options if self.was else None
        if had is not None and limits.narrows(had, self.options):
            passing = limits.between(had, self.options)
            if passing != had:
                yield self._set(_changes(had, passing))
            reposition = limits.reposition(self.name, self.options)
            yield Statement(sql=reposition, lock=LockMode.ROW_EXCLUSIVE, on=self.name)
            had = passing
        yield self._set(_changes(had, self.options))

    def _set(self, changes: tuple[str, ...]) -> Statement:
        sql = ddl("ALTER SEQUENCE {name} {changes}", name=self.name, changes=raw(" ".join(changes)))
        return Statement(sql=sql, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.name)

    def _ownership(self) -> Iterator[Statement]:
        owner = self.owned_by
        if isinstance(owner, UnsetType):
            return
        if owner is None:
            sql = ddl("ALTER SEQUENCE {name} OWNED BY NONE", name=self.name)
            also: tuple[tuple[QualifiedName, LockMode], ...] = ()
        else:
            sql = ddl(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=self.name,
                table=owner.table,
                column=owner.column,
            )
            also = ((owner.table, LockMode.ACCESS_SHARE),)
        yield Statement(sql=sql, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.name, also=also)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterSequence(
            name=self.name,
            options=None if self.options is None else self.was.options,
            owned_by=UNSET if isinstance(self.owned_by, UnsetType) else self.was.owned_by,
            was=self.apply(SchemaGraph(sequences=(self.was,))).sequences[0],
        )

    def reads(self) -> frozenset[Ref]:
        owners = (self.owned_by, self.was.owned_by if self.was else None)
        found = [owner for owner in owners if isinstance(owner, ColumnRef)]
        columns = {column_ref(owner.table, owner.column) for owner in found}
        return frozenset(columns | {Ref.of(ObjectKind.TABLE, owner.table) for owner in found})

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        found = graph.find(Sequence, self.name)
        if self.options is None or found is None:
            return ()
        return (
            outside(self.name, self.options),
            *near_end(self.name, found.options, self.options),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.options is None:
            yield why.CHANGES_METADATA.because("another column owns it")
            return
        changes = _changes(self.was.options if self.was else None, self.options)
        yield why.CHANGES_DEFAULT.because(", ".join(changes))
        yield from cycles(self.was.options if self.was else None, self.options)
        if not facts.is_pending:
            yield from _position(facts)
            yield from comes_to_its_end(facts)


def _position(facts: Facts) -> Iterator[Reason]:
    stray = facts.get(OUTSIDE)
    if stray is None:
        yield why.NOT_MEASURED.because("where the sequence stands")
    elif stray:
        yield why.LOSES_SEQUENCE_POSITION.because("it stands outside the new limits")


def _changes(old: SequenceOptions | None, new: SequenceOptions) -> tuple[str, ...]:
    """A change of the type moves limits that were its own along: then both are written out."""
    if old is None or old.type != new.type:
        other = SequenceOptions(
            start=new.start + 1,
            increment=-new.increment,
            min=new.min + 1,
            max=new.max - 1,
            cache=new.cache + 1,
            cycle=not new.cycle,
        )
        return (f"AS {new.type}", *sequence_changes(other, new))
    return sequence_changes(old, new)
