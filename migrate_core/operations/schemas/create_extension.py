"""createExtension: an extension is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.queries import query
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Extension
from migrate_core.schema.refs import ObjectKind, Ref


class CreateExtension(Operation, frozen=True, kw_only=True):
    """Install an extension, in the version that the server has as its default.

    IF NOT EXISTS, because a shadow may hold it from the start: only a superuser can put
    some of them there. One that stands in another schema is a difference afterwards.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    name: str
    schema: str

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.EXTENSION, name=self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for extension in delta.added(Extension):
            yield cls(name=extension.name, schema=extension.schema)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Extension, self.name):
            raise unbound(self, f"extension {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(Extension(name=self.name, schema=self.schema))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl(
            "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {schema}",
            name=self.name,
            schema=self.schema,
        )
        return (stage(Statement(sql=sql)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("dropExtension", name=self.name)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        name = literal(self.name)
        missing = "SELECT count(*) FROM (SELECT 1) AS one WHERE NOT EXISTS ({found})"
        found = ddl("SELECT FROM pg_catalog.pg_available_extensions WHERE name = {name}", name=name)
        return (
            Probe(
                fact="missing_extension",
                question="extension is not installed on the server",
                query=missing.format(found=found),
            ),
            Probe(
                fact="needs_superuser",
                question="extension asks for more rights than the role has",
                query=ddl(query(__package__, "needs_superuser"), name=name),
                blocks=False,
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield from hindrances(facts, "missing_extension")
        if facts.get("needs_superuser"):
            evidence = "this role may not, unless the provider of the server lets it"
            yield why.ADDS_EXTENSION.because(evidence, level=Level.HIGH)
        else:
            yield why.ADDS_EXTENSION.because(f"{self.label} in schema {self.schema}")
