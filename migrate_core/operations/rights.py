"""What granting and revoking have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import kinds
from migrate_core.pg.ddl import Raw, Statement, ddl, literal, raw
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.hindrances import hindrances
from migrate_core.risk.reasons import Reason
from migrate_core.schema import rights
from migrate_core.schema.access import OWNER, PUBLIC, PUBLIC_SCHEMA
from migrate_core.schema.clauses import noun
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.rights import Change, Held

_OWNER_OF_PUBLIC = 15  # from this major on the schema belongs to pg_database_owner
_NOUNS = {ObjectKind.SERVER: "FOREIGN SERVER", ObjectKind.DOMAIN: "DOMAIN"}


class OfObject(Operation, frozen=True, kw_only=True):
    """About who may use or owns one object, or one column of a relation."""

    effect: ClassVar[Effect] = Effect.REQUIRE
    looks_last: ClassVar[bool] = True

    object: ObjectKind
    schema: str = ""  # of a schema its own name; none for what lives in no schema
    name: str = ""  # none for a schema
    part: str = ""  # a column of `name`

    @property
    def subject(self) -> Ref:
        if self.object is ObjectKind.SCHEMA:
            return Ref(self.object, name=self.schema)
        return Ref(self.object, self.schema, self.name, self.part)

    @classmethod
    def about(cls, ref: Ref) -> dict[str, Any]:
        """The fields that name `ref`."""
        whole = ref.kind is ObjectKind.SCHEMA
        return {
            "object": ref.kind,
            "schema": ref.name if whole else ref.schema,
            "name": "" if whole else ref.name,
            "part": ref.part,
        }


class OfPrivileges(OfObject, frozen=True, kw_only=True):
    """GRANT or REVOKE of some privileges on one object, by one grantee."""

    grants: ClassVar[bool]

    privileges: tuple[str, ...]
    grantee: str = OWNER  # none: the object's owner; `public`: everybody
    owner: str = ""  # the object's owner; none: who runs it
    was: Held | None = None  # how the grantee holds them before

    @property
    @abstractmethod
    def becomes(self) -> Held:
        """How the grantee holds them afterwards."""

    @property
    def change(self) -> Change:
        was: Held = self.was or ("none" if self.grants else "held")
        return Change(self.subject, self.grantee, self.privileges, was, self.becomes)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for change in rights.right_changes(delta):
            if change.grants is cls.grants:
                yield cls._of(change, rights.owner_in(delta.after, change.object))

    @classmethod
    def _of(cls, change: Change, owner: str) -> Self:
        return cls(
            **cls.about(change.object),
            privileges=change.privileges,
            grantee=change.grantee,
            owner=owner,
            was=change.was,
            **cls.option(change.was, change.becomes),
        )

    @classmethod
    @abstractmethod
    def option(cls, was: Held, becomes: Held) -> dict[str, Any]:
        """The field that tells of WITH GRANT OPTION."""

    def bind(self, graph: SchemaGraph) -> Self:
        if not self.privileges:
            raise unbound(self, "it names no privilege")
        if not rights.stands(graph, self.subject):
            raise unbound(self, f"{self.object} {self.label} does not exist")
        held = rights.held(graph, self.subject, self.grantee, self.privileges)
        if len(held) > 1:
            raise unbound(self, "some of these privileges are held already, some are not")
        owner = rights.owner_in(graph, self.subject)
        bound: Self = replaced(self, owner=owner, was=held.pop())
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return rights.with_change(graph, self.change)

    def inverse(self, place: Place) -> Operation | None:
        """None where it changes nothing: run again, it would undo what somebody did since."""
        back = self.change._replace(was=self.becomes, becomes=self.change.was)
        if back.was == back.becomes:
            return None
        kind: Any = kinds()["grant" if back.grants else "revoke"]
        undone: Operation = kind._of(back, self.owner)
        return undone

    @property
    def rehearsable(self) -> bool:
        """The owner's own rights, where a rehearsal has another owner."""
        return self.grantee != OWNER or not self.owner

    def statement(self, verb: str, preposition: str, place: Place, option: str = "") -> Statement:
        sql = ddl(
            "{verb} {privileges} ON {on} {preposition} {grantee}{option}",
            verb=raw(verb),
            privileges=self._privileges,
            on=_on(self.subject),
            preposition=raw(preposition),
            grantee=self._grantee(place.major),
            option=raw(option),
        )
        return Statement(sql=sql)

    @property
    def _privileges(self) -> Raw:
        if self.object is not ObjectKind.COLUMN:
            return raw(", ".join(self.privileges))
        return raw(", ".join(ddl("{p} ({c})", p=raw(p), c=self.part) for p in self.privileges))

    def _grantee(self, major: int) -> Raw:
        if self.grantee == PUBLIC:
            return raw("PUBLIC")
        return role(self.grantee or self.owner, self.subject, major)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return missing_role(self.grantee) if self.grantee not in (OWNER, PUBLIC) else ()

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        return self.probes(graph)

    def in_words(self) -> str:
        whom = {OWNER: "the owner", PUBLIC: "everybody"}.get(self.grantee, self.grantee)
        return f"{', '.join(self.privileges)} on {self.object} {self.label}: {whom}"


def role(name: str, ref: Ref, major: int) -> Raw:
    """A role as statements name it; an unnamed one is who runs them."""
    if not name and ref == PUBLIC_SCHEMA and major >= _OWNER_OF_PUBLIC:
        name = "pg_database_owner"
    return raw(ddl("{name}", name=name)) if name else raw("CURRENT_USER")


def missing_role(name: str) -> tuple[Probe, ...]:
    """Asks whether the role is missing."""
    query = ddl(
        "SELECT {name} WHERE NOT EXISTS"
        " (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = {name})",
        name=literal(name),
    )
    return (
        Probe(
            fact="missing_roles",
            question="roles do not exist",
            query=f"SELECT count(*) FROM (\n{query}) AS found",
            sample=query,
            is_of_rows=False,
        ),
    )


def if_missing(facts: Facts) -> Iterator[Reason]:
    return hindrances(facts, "missing_roles")


def _on(ref: Ref) -> Raw:
    if ref.kind is ObjectKind.COLUMN or ref.kind in RELATIONS:
        return raw(ddl("TABLE {name}", name=ref.relation))
    word = raw(_NOUNS.get(ref.kind, noun(ref.kind)))
    return raw(ddl("{noun} {name}", noun=word, name=raw(str(ref))))
