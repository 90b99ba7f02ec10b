"""What dropping a type of one's own has in common: enum, domain, composite type."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Composite, Domain
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Enum
from migrate_core.schema.refs import ObjectKind, Ref

PARKED_USERS = "parked_users"


class DropType(Operation, frozen=True, kw_only=True):
    """Drop a type that no column uses; a kind says which objects, and what undoes it."""

    effect: ClassVar[Effect] = Effect.DROP
    of: ClassVar[ObjectKind]
    model: ClassVar[type[Enum] | type[Domain] | type[Composite]]

    name: QualifiedName
    was: Enum | Domain | Composite | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(self.of, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.dropped(cls.model):
            refuse_parking(delta, Ref.of(cls.of, old.name), str(old.name))
            yield cls(name=old.name, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(self.model, self.name)
        if was is None:
            raise unbound(self, f"{self.of} {self.label} does not exist")
        name = str(self.name)
        for table in graph.tables:
            for column in table.columns:
                if is_of(column, name):
                    raise unbound(self, f"column {table.name}.{column.name} is of that type")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(self.model, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP TYPE {name}", name=self.name))),)

    @abstractmethod
    def contents(self) -> str:
        """What is lost with it, for the reviewer."""

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (parked_users(str(self.name)),)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_OBJECT.because(self.contents())
        yield from hindrances(facts, PARKED_USERS)


def refuse_parking(delta: SchemaDelta, type_: Ref, name: str) -> None:
    """A drop that comes with the parking of a column of that type has no plan at all.

    Raises:
        UncoveredChangeError: a soft drop or an archive would keep such a column.
    """
    parked = sorted(where for where, column in _parked(delta) if is_of(column, name))
    if parked:
        raise UncoveredChangeError(
            f"type {type_} cannot be dropped while parked columns are of it",
            detail=f"A soft drop or an archive would keep {', '.join(parked)}.",
            hint="Drop these columns or tables for good, or keep the type declared until what"
            " is parked has been purged.",
        )


def parked_users(name: str) -> Probe:
    """Columns that were parked by then, and keep their type."""
    users = ddl(query("migrate_core.operations.types", PARKED_USERS), name=literal(name))
    return Probe(
        fact=PARKED_USERS,
        question="parked columns are of that type",
        query=f"SELECT count(*) FROM (\n{users}) AS found",
        sample=users,
    )


def is_of(column: Column, type_: str) -> bool:
    return column.type.removesuffix("[]") == type_


def _parked(delta: SchemaDelta) -> Iterator[tuple[str, Column]]:
    for mode in (DropMode.SOFT, DropMode.ARCHIVE):
        for table in delta.dropped_tables(mode):
            for column in table.columns:
                yield f"{table.name}.{column.name}", column
        for table, column in delta.dropped_columns(mode):
            yield f"{table.name}.{column.name}", column
