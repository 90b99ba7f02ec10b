"""setComment: an object is described otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.comments import comment_of, commented, with_comment
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref


class SetComment(Operation, frozen=True, kw_only=True):
    """Set or clear the comment of any object that can carry one.

    It follows every other change of the object but its removal, a rename of a constraint
    or an index among them: hence its effect, although no row is asked for anything.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    object: ObjectKind
    schema: str = ""  # of a schema its own name; none for what lives in no schema
    name: str = ""  # none for a schema
    part: str = ""  # column, constraint, index, policy, trigger or rule of `name`
    comment: str | None = None  # none clears it
    was: str | None = None

    @property
    def subject(self) -> Ref:
        if self.object is ObjectKind.SCHEMA:
            return Ref(self.object, name=self.schema)
        return Ref(self.object, self.schema, self.name, self.part)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for ref, was, comment in commented(delta):
            whole = ref.kind is ObjectKind.SCHEMA
            yield cls(
                object=ref.kind,
                schema=ref.name if whole else ref.schema,
                name="" if whole else ref.name,
                part=ref.part,
                comment=comment,
                was=was,
            )

    def bind(self, graph: SchemaGraph) -> Self:
        if self.object in (ObjectKind.EXTENSION, ObjectKind.OTHER):
            raise unbound(self, f"comments on an {self.object} are not covered")
        found = comment_of(graph, self.subject)
        if found is None:
            raise unbound(self, f"{self.object} {self.label} does not exist")
        bound: Self = replaced(self, was=found.comment)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return with_comment(graph, self.subject, self.comment)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*comment_on(self.subject, self.comment, clear=True)),)

    def inverse(self, place: Place) -> Operation | None:
        undone: Self = replaced(self, comment=self.was, was=self.comment)
        return undone

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_METADATA.because("comment set" if self.comment else "comment cleared")
