"""What creating, dropping and remaking have in common for objects that are text.

A kind of its own is still one file: it says which objects it is about, and what is special.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.altering import altered, check_known, statement
from migrate_core.schema.clauses import comment_on, noun
from migrate_core.schema.definitions import Definition, remade
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import ObjectKind, Ref


class CreateDefinition(Operation, frozen=True, kw_only=True):
    """Create an object by PostgreSQL's own text; a changed one is dropped and made again."""

    effect: ClassVar[Effect] = Effect.CREATE
    of: ClassVar[ObjectKind]
    drop: ClassVar[str]  # the kind that undoes it

    definition: Definition

    @property
    def subject(self) -> Ref:
        return ref_of(self.definition)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for new in delta.definitions(cls.of, "added"):
            yield cls(definition=new)
        for old, new in delta.definitions(cls.of, "changed"):
            if remade(old, new):
                yield cls(definition=new)

    def bind(self, graph: SchemaGraph) -> Self:
        if self.definition.kind is not self.of:
            raise unbound(self, f"{self.definition.name} is a {self.definition.kind}")
        if graph.find(Definition, self.definition.key):
            raise unbound(self, f"{self.of} {self.definition.name} exists already")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.put(self.definition)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        made = self.definition
        check_known(self.subject, made.then)
        texts = (made.create, *made.then)
        comment = comment_on(self.subject, made.comment)
        return (stage(*map(statement, texts), *comment),)

    def inverse(self, place: Place) -> Operation | None:
        return make(self.drop, name=self.definition.name, was=self.definition)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CREATES_OBJECT.because(self.definition.name)


class DropDefinition(Operation, frozen=True, kw_only=True):
    """Drop an object; its text is remembered. Never with CASCADE."""

    effect: ClassVar[Effect] = Effect.DROP
    of: ClassVar[ObjectKind]
    create: ClassVar[str]  # the kind that undoes it

    name: str
    was: Definition | None = None

    @property
    def subject(self) -> Ref:
        return Ref(self.of, self.was.schema if self.was else "", self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.definitions(cls.of, "dropped"):
            yield cls(name=old.name, was=old)
        for old, new in delta.definitions(cls.of, "changed"):
            if remade(old, new):
                yield cls(name=old.name, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Definition, (self.of.value, self.name))
        if was is None:
            raise unbound(self, f"{self.of} {self.name} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Definition, (self.of.value, self.name))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(self.statement()),)

    def statement(self) -> Statement:
        return Statement(sql=ddl("DROP {noun} {name}", noun=noun(self.of), name=raw(self.name)))

    def inverse(self, place: Place) -> Operation | None:
        return make(self.create, definition=self.was) if self.was else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_OBJECT.because(self.was.create if self.was else self.name)


class AlterDefinition(Operation, frozen=True, kw_only=True):
    """Change in place what only an ALTER can say of an object."""

    effect: ClassVar[Effect] = Effect.ALTER
    of: ClassVar[ObjectKind]

    name: str
    then: tuple[str, ...]  # all that is to be said of it afterwards
    was: Definition | None = None

    @property
    def subject(self) -> Ref:
        return Ref(self.of, self.was.schema if self.was else "", self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.definitions(cls.of, "changed"):
            if old.then != new.then and not remade(old, new):
                yield cls(name=old.name, then=new.then, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Definition, (self.of.value, self.name))
        if was is None:
            raise unbound(self, f"{self.of} {self.name} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        found = graph.find(Definition, (self.of.value, self.name))
        return graph if found is None else graph.put(replaced(found, then=self.then))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*map(statement, self.texts)),)

    @property
    def texts(self) -> tuple[str, ...]:
        return altered(self.was, self.then) if self.was else self.then

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        becomes = replaced(self.was, then=self.then)
        undone: Self = replaced(self, then=self.was.then, was=becomes)
        return undone

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        for text in self.texts:
            yield why.CHANGES_METADATA.because(text)
