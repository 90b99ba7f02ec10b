"""createRoutine: a function, procedure or aggregate is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.bodies import of_body
from migrate_core.risk.claiming import overclaiming
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.routines import confusing, lends_writes, opened_again
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import Ref
from migrate_core.schema.renaming import namesakes
from migrate_core.schema.routines import UNCHECKED, create_routine, is_checked


class CreateRoutine(Operation, frozen=True, kw_only=True):
    """Create a function, procedure, window function or aggregate by PostgreSQL's own text.

    A body that is a string is not looked through while the plan runs: it may name what
    comes later, and was accepted when it was declared.
    """

    effect: ClassVar[Effect] = Effect.CREATE

    definition: Routine

    @property
    def subject(self) -> Ref:
        return ref_of(self.definition)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for routine in delta.added(Routine):
            yield cls(definition=routine)

    def bind(self, graph: SchemaGraph) -> Self:
        if graph.find(Routine, self.definition.name):
            raise unbound(self, f"routine {self.label} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        comment = comment_on(self.subject, self.definition.comment)
        return (stage(create_routine(self.definition), *comment),)

    def settings(self) -> frozenset[str]:
        return frozenset({UNCHECKED} if is_checked(self.definition) else ())

    def inverse(self, place: Place) -> Operation | None:
        return make("dropRoutine", name=self.definition.name, was=self.definition)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        what = f"{self.definition.kind} {self.label}"
        body = "" if self.definition.kind == "aggregate" else "; a rehearsal does not run its body"
        yield why.CREATES_OBJECT.because(what + body)
        yield from of_body(self.definition)

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        yield from confusing(self.definition, namesakes(graph, self.definition))

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """The tables that it reads may come in the same plan."""
        yield from overclaiming(graph, self.definition)

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from opened_again(base, graph, self.subject)
        yield from lends_writes(base, graph, self.subject)
