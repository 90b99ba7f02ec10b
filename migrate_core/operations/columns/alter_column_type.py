"""alterColumnType: a column gets another type or collation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal, Self

import msgspec

from migrate_core.operations.base import (
    Effect,
    Operation,
    Place,
    Safer,
    replaced,
    table_in,
    unbound,
)
from migrate_core.operations.expansion import in_two
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.narrowing import (
    asked_of_values,
    fits_today,
    narrowing,
    refusing_default,
    rounding,
)
from migrate_core.risk.reasons import Reason
from migrate_core.schema import casts, rereading, types
from migrate_core.schema.casts import comparable
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Storage, Value
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.storage import column_settings
from migrate_core.schema.types import TypeChange


class TypeAndDefault(Value, frozen=True, kw_only=True):
    """They change together: an old default may have no cast to the new type, and PostgreSQL
    lets go of storage and compression, which were the old type's.

    `base` is what a domain is over, in the end; `checked` says that it has rules of its own.
    """

    type: str
    collation: str | None = None
    default: str | None = None
    storage: Storage | None = None
    type_storage: Storage | None = None
    compression: Literal["pglz", "lz4"] | None = None
    base: str | None = None
    checked: bool = False

    @property
    def stored(self) -> str:
        return self.base or self.type


class AlterColumnType(Operation, frozen=True, kw_only=True):
    """Change a column's type, its collation, and its default along with them.

    Widenings that PostgreSQL does without touching a row stay a plain, quick ALTER; any
    other change writes every row and index under ACCESS EXCLUSIVE, and says so. `using`
    is written only where PostgreSQL has no assignment cast of its own. Made safe, one that
    writes rows is expandColumn, and contractColumn in a second migration.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    column: str
    to: TypeAndDefault
    using: str | None = None
    was: TypeAndDefault | None = None
    rereads: bool = False  # whether rules or indexes make a free change read every row
    tied: tuple[QualifiedName, ...] = ()  # tables at the other end of a foreign key on it

    pointing: tuple[QualifiedName, ...] = ()  # those whose rows are looked at again for it

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            if old.type != new.type or old.collation != new.collation:
                to, was = _of(new, delta.after), _of(old, delta.before)
                using = _using(new.name, was, to)
                yield cls(table=table.name, column=new.name, to=to, using=using, was=was)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        to = msgspec.structs.replace(self.to, **_base(self.to.type, graph))
        was = _of(column, graph)
        again = rereading.rereads(table, self.column, was.stored, to.stored)
        again |= was.collation != to.collation and rereading.is_indexed(table, self.column)
        tied = tuple(sorted(set(self._tied(graph)) - {self.table}))
        bound: Self = replaced(self, to=to, was=was, rereads=again, tied=tied)
        pointing = set(bound._pointing(graph)) if bound._checks_keys else set()
        bound = replaced(bound, pointing=tuple(sorted(pointing)))
        return bound

    def _tied(self, graph: SchemaGraph) -> Iterator[QualifiedName]:
        """PostgreSQL makes their foreign keys anew, and locks them for that."""
        for table, key in _keys_on(graph, self.table, self.column):
            yield from (name for name in (table, key.references) if name is not None)

    def checks_again(self) -> tuple[QualifiedName, ...]:
        return self.pointing

    @property
    def _checks_keys(self) -> bool:
        """Whether a key that stays compares by another operator from then on."""
        kept = self.was is not None and comparable(self.was.stored, self.to.stored)
        return kept and self._change is not TypeChange.FREE

    def _pointing(self, graph: SchemaGraph) -> Iterator[QualifiedName]:
        for table, key in _keys_on(graph, self.table, self.column):
            if key.references == self.table and table != self.table and key.validated:
                yield table

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        to = self.to
        return graph.edit(
            self.table,
            lambda table: table.change_column(
                self.column,
                type=to.type,
                collation=to.collation,
                default=to.default,
                storage=to.storage,
                type_storage=to.type_storage,
                compression=to.compression,
            ),
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._statements()),)

    def _statements(self) -> Iterator[Statement]:
        change = f"TYPE {raw(self.to.type)}"
        change += f" COLLATE {raw(self.to.collation)}" if self.to.collation else ""
        change += f" USING {raw(self.using)}" if self.using else ""
        same_default = self.was is not None and self.was.default == self.to.default
        if self.was and self.was.default is not None and not same_default:
            yield self._alter("DROP DEFAULT")
        is_free = self._change is TypeChange.FREE
        yield self._alter(
            change, scans=is_free and self.rereads, rewrites=not is_free, also=self.tied
        )
        if self.to.default is not None and not same_default:
            yield self._alter(f"SET DEFAULT {raw(self.to.default)}")
        to = self.to
        kept = Column(
            name=self.column, type=to.type, storage=to.storage, compression=to.compression
        )
        yield from column_settings(self.table, None, kept)

    def _alter(
        self,
        action: str,
        *,
        scans: bool = False,
        rewrites: bool = False,
        also: tuple[QualifiedName, ...] = (),
    ) -> Statement:
        sql = ddl(
            "ALTER TABLE {table} ALTER COLUMN {column} {action}",
            table=self.table,
            column=self.column,
            action=raw(action),
        )
        exclusive = LockMode.ACCESS_EXCLUSIVE
        return Statement(
            sql=sql,
            lock=exclusive,
            on=self.table,
            also=tuple((name, exclusive) for name in also),
            scans=scans,
            rewrites=rewrites,
            inherited=True,
        )

    @property
    def _change(self) -> TypeChange:
        if self.was is None:
            return TypeChange.NARROW  # not known yet: the worst
        if self.using and self.using != _using(self.column, self.was, self.to):
            return TypeChange.NARROW  # a person's expression: anything may come of it
        found = types.change(self.was.stored, self.to.stored)
        if found is TypeChange.FREE and self.to.checked and self.was.type != self.to.type:
            return TypeChange.REWRITE  # the domain's rules are asked of every value
        return found

    @property
    def _rebuilds(self) -> bool:
        """A new collation reads every row to build the indexes on the column anew."""
        return self.was is not None and self.was.collation != self.to.collation and self.rereads

    @property
    def _takes_zone(self) -> bool:
        """Whether the session's TimeZone decides what values become; ours is UTC."""
        own = self.was is not None and self.using == _using(self.column, self.was, self.to)
        return own and self.was is not None and types.crosses_zones(self.was.stored, self.to.stored)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterColumnType(
            table=self.table,
            column=self.column,
            to=self.was,
            using=_using(self.column, self.to, self.was),
            rereads=self.rereads,
            tied=self.tied,
            pointing=self.pointing,
            was=self.to,
        )

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        """A column beside it that is filled in batches, where every row would be written."""
        after = self.apply(graph).table(self.table)
        column = after.column(self.column) if after else None
        if column is None or self._change is TypeChange.FREE:
            return None
        return in_two(graph, self.table, self.column, column, self.using)

    def disturbs(self) -> frozenset[Ref]:
        return frozenset({self.subject})

    def reads(self) -> frozenset[Ref]:
        """The type that it leaves: that may be replaced before, and be dropped after."""
        name = self.was.type.removesuffix("[]") if self.was else ""
        if "." not in name:
            return frozenset()
        type_ = QualifiedName.parse(name)
        kinds = (ObjectKind.ENUM, ObjectKind.DOMAIN, ObjectKind.COMPOSITE)
        found = {Ref.of(kind, type_) for kind in kinds}
        return frozenset(found | {Ref(ObjectKind.RANGE, type_.schema, name)})

    def remakes(self, graph: SchemaGraph) -> frozenset[Ref]:
        """Foreign keys whose two sides cannot be compared while only one has changed."""
        if self.was is None or comparable(self.was.stored, self.to.stored):
            return frozenset()
        keys = _keys_on(graph, self.table, self.column)
        return frozenset(Ref.of(ObjectKind.CONSTRAINT, table, key.name) for table, key in keys)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if self.was is None:
            return ()
        old, new, labels = self.was.stored, self.to.stored, self._labels(graph)
        return asked_of_values(graph, self.table, self.column, old, new, labels=labels)

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        """The labels of an enum that the same plan makes are known."""
        return self.probes(graph) if self._labels(graph) and self.subject not in made else ()

    def _labels(self, graph: SchemaGraph) -> tuple[str, ...]:
        enum = next((e for e in graph.enums if str(e.name) == self.to.stored), None)
        return enum.values if enum else ()

    @property
    def _is_told(self) -> bool:
        """Whether what is lost can be counted; of a person's own expression it cannot."""
        own = self.was is not None and self.using in (None, _using(self.column, self.was, self.to))
        told = self.was is not None and types.is_told(self.was.stored, self.to.stored)
        return own and told and not self.to.checked

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        was = self.was.type if self.was else "an unknown type"
        evidence = f"{was} becomes {self.to.type}; {facts.describe()}"
        if self._change is TypeChange.FREE:
            yield why.WIDENS_COLUMN_TYPE.because(evidence)
        elif self._change is TypeChange.REWRITE:
            yield why.CHANGES_COLUMN_TYPE.because(evidence)
        else:
            yield from narrowing(facts, evidence, told=self._is_told)
            if fits_today(facts) and self._is_told:
                yield why.CHANGES_COLUMN_TYPE.because(evidence)
        if self.was is not None:
            yield from rounding(self.was.stored, self.to.stored, facts)
        yield why.LOSES_STATISTICS.because(f"of {self.column}; {facts.describe()}")
        yield from refusing_default(self.to.default, self.to.type, self.to.base)
        if self._takes_zone:
            yield why.TAKES_TIMES_AS_UTC.because(evidence)
        if self._rebuilds:
            yield why.REBUILDS_DEPENDENT_INDEXES.because(
                f"collation {self.to.collation or 'of the type'}"
            )
        elif self.rereads and self._change is TypeChange.FREE:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(
                f"a CHECK is asked again or an index built anew; {facts.describe()}"
            )


def _of(column: Column, graph: SchemaGraph) -> TypeAndDefault:
    return TypeAndDefault(
        type=column.type,
        collation=column.collation,
        default=column.default,
        storage=column.storage,
        type_storage=column.type_storage,
        compression=column.compression,
        **_base(column.type, graph),
    )


def _base(type_: str, graph: SchemaGraph) -> dict[str, Any]:
    """What a domain is over, and whether it asks anything of a value."""
    domains = {str(domain.name): domain for domain in graph.domains}
    base, checked = type_, False
    while base in domains:
        domain = domains[base]
        base, checked = domain.type, checked or domain.not_null or bool(domain.constraints)
    return {"base": base, "checked": checked} if base != type_ else {}


def _using(column: str, old: TypeAndDefault, new: TypeAndDefault) -> str | None:
    written = new.type if new.base else ""
    return casts.using(column, old.stored, new.stored, written)


def _keys_on(
    graph: SchemaGraph, table: QualifiedName, column: str
) -> Iterator[tuple[QualifiedName, Constraint]]:
    """Foreign keys with the column on either side."""
    own = graph.table(table)
    for key in own.constraints if own else ():
        if key.references and column in key.columns:
            yield table, key
    for found, key in graph.foreign_keys_to(table):
        if column in key.ref_columns and (found.name != table or column not in key.columns):
            yield found.name, key
