"""grant: a role may do more with an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from migrate_core.operations.base import Place
from migrate_core.operations.rights import OfPrivileges, if_missing
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.routines import lends_owner
from migrate_core.schema.access import OWNER, PUBLIC
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import RELATIONS, ObjectKind
from migrate_core.schema.rights import Held


class Grant(OfPrivileges, frozen=True, kw_only=True):
    """Grant privileges on one object to one grantee.

    All of them in one statement, because each takes the same row of the catalog. Rights on
    columns are granted column by column, as PostgreSQL keeps them.
    """

    grants: ClassVar[bool] = True

    grantable: bool = False

    @property
    def becomes(self) -> Held:
        return "grantable" if self.grantable else "held"

    @classmethod
    def option(cls, was: Held, becomes: Held) -> dict[str, Any]:
        return {"grantable": becomes == "grantable"}

    def stages(self, place: Place) -> tuple[Stage, ...]:
        option = " WITH GRANT OPTION" if self.grantable else ""
        return (stage(self.statement("GRANT", "TO", place, option)),)

    def _level(self, facts: Facts) -> Level | None:
        """Rows that are opened to every role that is or will be weigh more."""
        if self.grantee == OWNER:
            return Level.LOW
        holds_rows = self.object in RELATIONS or self.object is ObjectKind.COLUMN
        may_plant = self.object is ObjectKind.SCHEMA and "CREATE" in self.privileges
        opens = (holds_rows and not facts.is_new) or may_plant
        return Level.HIGH if opens and self.grantee == PUBLIC else None

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.WIDENS_ACCESS.because(self.in_words(), level=self._level(facts))
        if self.grantee not in (OWNER, PUBLIC):
            yield from if_missing(facts)

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        """Somebody has kept the other columns from the grantee."""
        some = sorted(self._on_columns(graph)) if self.object in RELATIONS else []
        if some:
            said = f"{self.grantee} had {', '.join(some)} on some columns of it, and has it on all"
            yield why.WIDENS_ACCESS.because(said, level=Level.HIGH)

    def _on_columns(self, graph: SchemaGraph) -> set[str]:
        return {
            one.privilege
            for one in graph.privileges
            if one.object.kind is ObjectKind.COLUMN
            and one.object.relation == self.subject.relation
            and one.grantee == self.grantee
            and one.privilege in self.privileges
            and one.state != "revoked"
        }

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterator[Reason]:
        if self.grantee == PUBLIC and self.object is ObjectKind.ROUTINE:
            yield from lends_owner(base, graph, self.subject)
