"""dropEnum: an enum type is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Enum
from migrate_core.schema.refs import ObjectKind, Ref


class DropEnum(Operation, frozen=True, kw_only=True):
    """Drop an enum type that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: QualifiedName
    was: Enum | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.ENUM, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for enum in delta.dropped(Enum):
            parked = [name for name, column in _parked(delta) if _is_of(column, enum.name)]
            if parked:
                raise _keeps_its_users(enum.name, parked)
            yield cls(name=enum.name, was=enum)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Enum, self.name)
        if was is None:
            raise unbound(self, f"type {self.label} does not exist")
        for table in graph.tables:
            for column in table.columns:
                if _is_of(column, self.name):
                    raise unbound(self, f"column {table.name}.{column.name} is of that type")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Enum, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP TYPE {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createEnum", name=self.name, values=self.was.values, comment=self.was.comment)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        users = ddl(query(__package__, "parked_users"), name=literal(str(self.name)))
        return (
            Probe(
                fact="parked_users",
                question="parked columns are of that type",
                query=f"SELECT count(*) FROM (\n{users}) AS found",
                sample=users,
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        values = ", ".join(self.was.values) if self.was else self.label
        yield why.DROPS_OBJECT.because(values)
        yield from hindrances(facts, "parked_users")


def _parked(delta: SchemaDelta) -> Iterator[tuple[str, Column]]:
    for mode in (DropMode.SOFT, DropMode.ARCHIVE):
        for table in delta.dropped_tables(mode):
            for column in table.columns:
                yield f"{table.name}.{column.name}", column
        for table, column in delta.dropped_columns(mode):
            yield f"{table.name}.{column.name}", column


def _is_of(column: Column, enum: QualifiedName) -> bool:
    return column.type.removesuffix("[]") == str(enum)


def _keeps_its_users(enum: QualifiedName, columns: list[str]) -> UncoveredChangeError:
    return UncoveredChangeError(
        f"type {enum} cannot be dropped while parked columns are of it",
        detail=f"A soft drop or an archive would keep {', '.join(sorted(columns))}.",
        hint="Drop these columns or tables for good, or keep the type declared until what is"
        " parked has been purged.",
    )
