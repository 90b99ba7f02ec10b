"""dropExtension: an extension is removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, literal, stage
from migrate_core.pg.queries import query
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Extension
from migrate_core.schema.refs import ObjectKind, Ref


class DropExtension(Operation, frozen=True, kw_only=True):
    """Drop an extension and all it owns; never with CASCADE.

    What it kept in tables of its own, such as scheduled jobs, is lost. What uses it is
    counted but does not block: earlier steps of the plan may remove it.
    """

    effect: ClassVar[Effect] = Effect.DROP
    loses_data: ClassVar[bool] = True

    name: str
    was: Extension | None = None

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.EXTENSION, name=self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for extension in delta.dropped(Extension):
            yield cls(name=extension.name, was=extension)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Extension, self.name)
        if was is None:
            raise unbound(self, f"extension {self.label} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Extension, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP EXTENSION {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createExtension", name=self.name, schema=self.was.schema)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return (
            Probe(
                fact="users",
                question="objects use it",
                query=ddl(query(__package__, "users_of_extension"), name=literal(self.name)),
                blocks=False,
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        users = facts.get("users")
        found = "its users were not counted" if users is None else f"{users} objects use it now"
        yield why.DROPS_EXTENSION.because(found)
