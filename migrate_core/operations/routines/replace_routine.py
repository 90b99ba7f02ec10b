"""replaceRoutine: a function, procedure or aggregate does something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.creation import Rights, about_owners, giving, rights_of, statements_of
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.bodies import of_body
from migrate_core.risk.claiming import overclaiming
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.refusing import without_owner
from migrate_core.risk.routines import confusing, deciding, lends_writes, outdating
from migrate_core.risk.triggers import of_function
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import Ref
from migrate_core.schema.renaming import namesakes
from migrate_core.schema.routines import (
    UNCHECKED,
    create_routine,
    drop_routine,
    is_checked,
    made_anew,
)


class ReplaceRoutine(Operation, frozen=True, kw_only=True):
    """CREATE OR REPLACE a routine, which keeps what calls it, its owner and its privileges.

    An undo that takes away an argument's name or default cannot replace: it drops and
    creates in one transaction, and gives owner and privileges again.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    definition: Routine
    was: Routine | None = None
    rights: Rights = Rights()  # where it is dropped and created

    @property
    def subject(self) -> Ref:
        return ref_of(self.definition)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old, new in delta.changed(Routine):
            becomes = msgspec.structs.replace(new, comment=old.comment)
            if becomes != old:
                yield cls(definition=becomes, was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Routine, self.definition.name)
        if was is None:
            raise unbound(self, f"routine {self.label} does not exist")
        anew = made_anew(was, self.definition)
        bound: Self = replaced(self, was=was, rights=rights_of(graph, was) if anew else Rights())
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        was = graph.find(Routine, self.definition.name)
        if was is None:
            return graph
        return graph.put(msgspec.structs.replace(self.definition, comment=was.comment))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        create = create_routine(self.definition)
        if self.was and made_anew(self.was, self.definition):
            drop = drop_routine(self.definition.name, self.was)
            comment = comment_on(self.subject, self.was.comment)
            return (stage(drop, create, *comment, *statements_of(self._given(), place)),)
        return (stage(create),)

    def _given(self) -> tuple[Operation, ...]:
        return giving(self.rights, [self.definition])

    def unrehearsable(self, place: Place) -> frozenset[str]:
        return about_owners(self._given(), place)

    def settings(self) -> frozenset[str]:
        return frozenset({UNCHECKED} if is_checked(self.definition) else ())

    def inverse(self, place: Place) -> Operation | None:
        return ReplaceRoutine(definition=self.was, was=self.definition) if self.was else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        what = f"{self.definition.kind} {self.label}"
        body = "" if self.definition.kind == "aggregate" else "; a rehearsal does not run its body"
        yield why.CHANGES_ROUTINE.because(what + body)
        yield from of_body(self.definition)

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        if was := graph.find(Routine, self.definition.name):
            yield from outdating(graph, was, self.definition)
            yield from deciding(graph, was, self.definition)
            yield from confusing(self.definition, namesakes(graph, was), was)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """The columns that it names, and the tables that it reads, may come in the same plan."""
        yield from of_function(graph, self.definition, self.was)
        yield from overclaiming(graph, self.definition, self.was)
        yield from without_owner(graph, self.was, self.definition)

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        yield from lends_writes(base, graph, self.subject)
