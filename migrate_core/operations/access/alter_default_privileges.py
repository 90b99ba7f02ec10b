"""alterDefaultPrivileges: what a role makes from now on comes with other rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.rights import if_missing, missing_role
from migrate_core.pg.ddl import Raw, Stage, Statement, ddl, raw, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.access import OWNER, PUBLIC, DefaultPrivilege
from migrate_core.schema.defaults import Change, changes, held, with_change
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rights import Held


class AlterDefaultPrivileges(Operation, frozen=True, kw_only=True):
    """Grant or revoke privileges on objects that a role will make; none that stands changes.

    It runs last of all, so that nothing the same plan makes is born with other rights than
    were planned for it.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE
    looks_last: ClassVar[bool] = True

    objects: str  # "tables", "sequences", "functions", "types", "schemas", "large objects"
    privileges: tuple[str, ...]
    becomes: Held
    grantee: str = OWNER  # none: the role itself; `public`: everybody
    role: str = ""  # none: who runs it
    schema: str = ""  # none: everywhere
    was: Held | None = None

    @property
    def subject(self) -> Ref:
        whose = self.role or "CURRENT_USER"
        text = f"{self.objects} of {whose} to {self.grantee or whose}"
        return Ref(ObjectKind.DEFAULT_PRIVILEGES, self.schema, text)

    @property
    def change(self) -> Change:
        return Change(
            DefaultPrivilege(
                role=self.role,
                schema=self.schema,
                objects=self.objects,
                grantee=self.grantee,
                privilege="",
            ),
            self.privileges,
            self.was or "none",
            self.becomes,
        )

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for change in changes(delta.before, delta.after):
            yield cls._of(change)

    @classmethod
    def _of(cls, change: Change) -> Self:
        about = msgspec.structs.asdict(change.about)
        fields = {name: about[name] for name in ("role", "schema", "objects", "grantee")}
        return cls(**fields, privileges=change.privileges, was=change.was, becomes=change.becomes)

    def bind(self, graph: SchemaGraph) -> Self:
        found = held(graph, self.change.about, self.privileges)
        if len(found) != 1:
            raise unbound(self, "some of these privileges are held already, some are not")
        bound: Self = replaced(self, was=found.pop())
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return with_change(graph, self.change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        grants = self.change.grants
        sql = ddl(
            "ALTER DEFAULT PRIVILEGES{role}{schema}"
            " {verb} {privileges} ON {objects} {preposition} {grantee}{option}",
            role=raw(ddl(" FOR ROLE {role}", role=self.role) if self.role else ""),
            schema=raw(ddl(" IN SCHEMA {schema}", schema=self.schema) if self.schema else ""),
            verb=raw(self._verb),
            privileges=raw(", ".join(self.privileges)),
            objects=raw(self.objects.upper()),
            preposition=raw("TO" if grants else "FROM"),
            grantee=self._grantee,
            option=raw(" WITH GRANT OPTION" if grants and self.becomes == "grantable" else ""),
        )
        return (stage(Statement(sql=sql)),)

    @property
    def _verb(self) -> str:
        if self.change.grants:
            return "GRANT"
        return "REVOKE GRANT OPTION FOR" if self.becomes == "held" else "REVOKE"

    @property
    def _grantee(self) -> Raw:
        if self.grantee == PUBLIC:
            return raw("PUBLIC")
        name = self.grantee or self.role
        return raw(ddl("{name}", name=name)) if name else raw("CURRENT_USER")

    def inverse(self, place: Place) -> Operation | None:
        back = self.change._replace(was=self.becomes, becomes=self.change.was)
        return None if back.was == back.becomes else self._of(back)

    @property
    def rehearsable(self) -> bool:
        """Only what concerns the role that runs it: a rehearsal has no other one's rights."""
        return not self.role

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        return missing_role(self.grantee) if self.grantee not in (OWNER, PUBLIC) else ()

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        return self.probes(graph)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        what = f"new {self.objects}: {', '.join(self.privileges)}"
        whom = {OWNER: "their owner", PUBLIC: "everybody"}.get(self.grantee, self.grantee)
        if self.change.grants:
            opens = self.grantee == PUBLIC and self.objects == "tables"
            level = Level.HIGH if opens else None
            yield why.WIDENS_ACCESS.because(f"{what} to {whom}", level=level)
        else:
            yield why.NARROWS_ACCESS.because(f"{what} from {whom}", level=Level.LOW)
        if self.grantee not in (OWNER, PUBLIC):
            yield from if_missing(facts)
