"""alterOwner: an object belongs to another role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.rights import OfObject, if_missing, missing_role, role
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema import rights
from migrate_core.schema.clauses import noun
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.policies import holds_back
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref

_ROWLESS = RELATIONS | {ObjectKind.SEQUENCE}


class AlterOwner(OfObject, frozen=True, kw_only=True):
    """Give an object to another role; the sequences that a table owns go along.

    What the new owner was granted before becomes the owner's own, as PostgreSQL has it. Of a
    relation it is ALTER TABLE under ACCESS EXCLUSIVE, held for a moment.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    role: str = ""  # none: who runs it
    was: str = ""
    sequences: tuple[QualifiedName, ...] = ()  # that the table owns

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for change in rights.owner_changes(delta):
            owned = rights.sequences_of(delta.after, change.object)
            yield cls(**cls.about(change.object), role=change.role, was=change.was, sequences=owned)

    def bind(self, graph: SchemaGraph) -> Self:
        if not rights.stands(graph, self.subject):
            raise unbound(self, f"{self.object} {self.label} does not exist")
        if self.subject in graph.sequence_owners:
            raise unbound(self, "the sequence belongs to a column, and goes with its table")
        bound: Self = replaced(
            self,
            was=graph.owner_of.get(self.subject, ""),
            sequences=rights.sequences_of(graph, self.subject),
        )
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return rights.with_new_owner(graph, self.subject, self.role)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        ref = self.subject
        sql = ddl(
            "ALTER {noun} {name} OWNER TO {role}",
            noun=noun(self.object),
            name=raw(str(ref)),
            role=role(self.role, ref, place.major),
        )
        if ref.kind not in _ROWLESS:
            return (stage(Statement(sql=sql)),)
        lock = LockMode.ACCESS_EXCLUSIVE
        also = tuple((sequence, lock) for sequence in self.sequences)
        return (stage(Statement(sql=sql, lock=lock, on=ref.relation, also=also)),)

    def inverse(self, place: Place) -> Operation | None:
        undone: Self = replaced(self, role=self.was, was=self.role)
        return undone

    @property
    def rehearsable(self) -> bool:
        """A rehearsal owns all that it makes: it may give nothing to a role of the target."""
        return False

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return missing_role(self.role) if self.role else ()

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        return self.probes(graph)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.CHANGES_OWNER.because(
            f"{self.object} {self.label} to {self.role or 'the runner'}"
        )
        if self.role:
            yield from if_missing(facts)

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        """Policies of today that no longer hold it back, unless they are for owners too."""
        was, now = base.table(self.subject.relation), graph.table(self.subject.relation)
        if self.subject.kind is not ObjectKind.TABLE or was is None or now is None:
            return
        if holds_back(base, was, self.role) and not now.force_row_security:
            said = f"{self.role} owns {now.name}: its policies keep no row from the owner"
            yield why.RLS_CHANGE.because(said, level=Level.HIGH)
