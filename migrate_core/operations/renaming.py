"""What the renames of types, views and sequences have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import TOP_KINDS
from migrate_core.schema.objects import Thing
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import rename_object


class RenameThing(Operation, frozen=True, kw_only=True):
    """By an answer only: one object that goes where another comes may as well be dropped."""

    effect: ClassVar[Effect] = Effect.RENAME
    # What it renames, and the word that ALTER calls it by.
    words: ClassVar[Mapping[type[Thing], str]]
    locks: ClassVar[bool] = True  # whether it has a lock that other sessions' queries wait for

    name: QualifiedName
    to: str
    of: ObjectKind | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(self.of or TOP_KINDS[next(iter(self.words))], self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        kinds = {TOP_KINDS[model] for model in cls.words}
        for answer in delta.answers.renames:
            if answer.old.kind in kinds and not answer.old.part:
                yield cls(name=answer.old.relation, to=answer.new, of=answer.old.kind)

    def bind(self, graph: SchemaGraph) -> Self:
        thing = self._thing(graph)
        if thing is None:
            raise unbound(self, f"{self.label} does not exist")
        now = self.name.renamed(self.to)
        if graph.relation(now) or any(graph.find(model, now) for model in self.words):
            raise unbound(self, f"the name {now} is taken")
        bound: Self = replaced(self, of=TOP_KINDS[type(thing)])
        return bound

    def _thing(self, graph: SchemaGraph) -> Thing | None:
        found = (graph.find(model, self.name) for model in self.words)
        return next((thing for thing in found if thing is not None), None)

    def new_name(self) -> str | None:
        return self.to

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        thing = self._thing(graph)
        return graph if thing is None else rename_object(graph, thing, self.name.renamed(self.to))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        word = next(w for model, w in self.words.items() if TOP_KINDS[model] is self.subject.kind)
        sql = ddl("ALTER {kind} {n} RENAME TO {to}", kind=raw(word), n=self.name, to=self.to)
        if self.locks:
            return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.name)),)
        return (stage(Statement(sql=sql)),)

    def inverse(self, place: Place) -> Operation | None:
        back = type(self)
        return back(name=self.name.renamed(self.to), to=self.name.name, of=self.of)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RENAMES_OBJECT.because(f"{self.name} becomes {self.name.renamed(self.to)}")
