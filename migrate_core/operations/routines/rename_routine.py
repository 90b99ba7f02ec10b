"""renameRoutine: a function, procedure or aggregate gets another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import namesakes, rename_routine, renamed_signature, routine_name


class RenameRoutine(Operation, frozen=True, kw_only=True):
    """Rename a routine: triggers, defaults and views that call it follow by themselves.

    A body that is a string and calls it is nothing that PostgreSQL knows of, and fails from
    then on. One of several with the same name is not renamed: what is written down of others
    does not tell which of them it calls.
    """

    effect: ClassVar[Effect] = Effect.RENAME

    name: str  # with its argument types: public.f(integer)
    to: str
    schema: str = ""

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.ROUTINE, self.schema, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for answer in delta.answers.renames:
            if answer.old.kind is ObjectKind.ROUTINE:
                yield cls(name=answer.old.name, to=answer.new, schema=answer.old.schema)

    def bind(self, graph: SchemaGraph) -> Self:
        routine = graph.find(Routine, self.name)
        if routine is None:
            raise unbound(self, f"routine {self.name} does not exist")
        if graph.find(Routine, renamed_signature(routine, self.to)):
            raise unbound(self, f"routine {renamed_signature(routine, self.to)} exists already")
        if namesakes(graph, routine):
            raise unbound(self, f"there are several routines of the name of {self.name}")
        bound: Self = replaced(self, schema=routine.schema)
        return bound

    def new_name(self) -> str | None:
        return self.to

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        routine = graph.find(Routine, self.name)
        return graph if routine is None else rename_routine(graph, routine, self.to)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        sql = ddl("ALTER ROUTINE {name} RENAME TO {to}", name=raw(self.name), to=self.to)
        return (stage(Statement(sql=sql)),)

    def inverse(self, place: Place) -> Operation | None:
        old = Routine(name=self.name, schema=self.schema, definition="")
        now = renamed_signature(old, self.to)
        return RenameRoutine(name=now, to=routine_name(old), schema=self.schema)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RENAMES_OBJECT.because(f"{self.name} becomes {self.to}")
