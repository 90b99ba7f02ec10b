"""dropSchema: an empty schema is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.names import quote_ident
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import DropMode, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Schema
from migrate_core.schema.refs import ObjectKind, Ref


class DropSchema(Operation, frozen=True, kw_only=True):
    """Drop a schema that nothing is left in; never with CASCADE.

    A parked table stays in its schema, out of sight of the graph: what is parked there is
    counted, and a drop that would park one there has no plan at all.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: str
    was: Schema | None = None

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.SCHEMA, name=self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for schema in delta.dropped(Schema):
            parked = [
                str(table.name)
                for table in delta.dropped_tables(DropMode.SOFT)
                if table.name.schema == schema.name
            ]
            if parked:
                raise _keeps_parked_tables(schema.name, parked)
            yield cls(name=schema.name, was=schema)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Schema, self.name)
        if was is None:
            raise unbound(self, f"schema {self.label} does not exist")
        for things in (graph.tables, graph.sequences, graph.enums):
            held = next((thing for thing in things if thing.name.schema == self.name), None)
            if held is not None:
                raise unbound(self, f"{held.name} is still in it")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Schema, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP SCHEMA {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        comment = self.was.comment if self.was else None
        return make("createSchema", name=self.name, comment=comment)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        parked = ddl(
            "FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace({schema})"
            " AND relkind IN ('r', 'p') AND relname::text ^@ '_zanith_'",
            schema=literal(quote_ident(self.name)),
        )
        return (
            Probe(
                fact="parked_tables",
                question="parked tables are in it",
                query=f"SELECT count(*) {parked}",
                sample=f"SELECT relname::text {parked} ORDER BY relname",
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_OBJECT.because(f"schema {self.label}")
        yield from hindrances(facts, "parked_tables")


def _keeps_parked_tables(schema: str, tables: list[str]) -> UncoveredChangeError:
    return UncoveredChangeError(
        f"schema {quote_ident(schema)} cannot be dropped while parked tables stay in it",
        detail=f"A soft drop would leave {', '.join(sorted(tables))} in it under parked names.",
        hint="Archive or drop these tables for good, or keep the schema declared until they"
        " are purged.",
    )
