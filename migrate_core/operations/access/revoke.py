"""revoke: a role may do less with an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from migrate_core.operations.base import Place
from migrate_core.operations.rights import OfPrivileges, if_missing
from migrate_core.pg.ddl import Stage, stage
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.risk.refusing import by_revoke
from migrate_core.schema.access import OWNER, PUBLIC
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rights import Held, held
from migrate_core.schema.routines import NEVER_CALLED
from migrate_core.schema.viewed import tables_beneath
from migrate_core.schema.views import View

_TO_MAKE = {"CREATE"}


class Revoke(OfPrivileges, frozen=True, kw_only=True):
    """Take privileges on one object from one grantee, or only the right to pass them on.

    Never with CASCADE: where the grantee has passed them on, PostgreSQL refuses, and what
    would be lost is seen first. On a table it takes the same rights on its columns along.
    """

    grants: ClassVar[bool] = False

    only_option: bool = False

    @property
    def becomes(self) -> Held:
        return "held" if self.only_option else "none"

    @classmethod
    def option(cls, was: Held, becomes: Held) -> dict[str, Any]:
        return {"only_option": becomes == "held"}

    def stages(self, place: Place) -> tuple[Stage, ...]:
        verb = "REVOKE GRANT OPTION FOR" if self.only_option else "REVOKE"
        return (stage(self.statement(verb, "FROM", place)),)

    def takes_away(self, graph: SchemaGraph) -> str:
        """Nothing where the grantee has it all the same, as one of everybody at least; what is
        there goes on working for whoever may no longer make more of it, triggers too."""
        routine = graph.find(Routine, self.name) if self.object is ObjectKind.ROUTINE else None
        never_asked = routine is not None and routine.result in NEVER_CALLED
        if never_asked or set(self.privileges) <= _TO_MAKE:
            return ""
        for grantee in (self.grantee, PUBLIC):
            if "none" not in held(graph, self.subject, grantee, self.privileges):
                return ""
        return self.in_words()

    def beneath(self, graph: SchemaGraph) -> Iterable[QualifiedName]:
        relation = self.relation
        view = graph.find(View, relation) if relation else None
        return tables_beneath(graph, Ref.of(ObjectKind.VIEW, view.name)) if view else ()

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        if self.object is ObjectKind.ROUTINE and not self.only_option:
            yield from by_revoke(graph, self.subject, self.grantee)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.NARROWS_ACCESS.because(self.in_words())
        if self.grantee not in (OWNER, PUBLIC):
            yield from if_missing(facts)
