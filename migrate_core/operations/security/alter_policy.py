"""alterPolicy: a policy speaks of other roles or rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

import msgspec
from msgspec import UNSET, UnsetType

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.refusing import by_policy
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Policy, Table
from migrate_core.schema.policies import (
    create_policy,
    drop_policy,
    made_anew,
    new_rows,
    opens_all,
    roles_clause,
    rule_clauses,
    written_more,
)
from migrate_core.schema.refs import ObjectKind, Ref


class AlterPolicy(Operation, frozen=True, kw_only=True):
    """Change a policy's roles or expressions; what is not written stays.

    ALTER POLICY cannot take an expression away: for `using: null` or `check: null` the
    policy is dropped and created in one transaction, so that nobody sees it missing.
    Source: PostgreSQL documentation, ALTER POLICY.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    name: str
    roles: tuple[str, ...] | UnsetType = UNSET
    using: str | UnsetType | None = UNSET
    check: str | UnsetType | None = UNSET
    was: Policy | None = None

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.POLICY, self.table, self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Policy):
            changes = {
                field: getattr(new, field)
                for field in ("roles", "using", "check")
                if getattr(old, field) != getattr(new, field)
            }
            if changes and not made_anew(old, new):
                yield cls(table=table.name, name=new.name, was=old, **changes)

    def bind(self, graph: SchemaGraph) -> Self:
        was = table_in(graph, self.table, self).policy(self.name)
        if was is None:
            raise unbound(self, f"policy {self.label} does not exist")
        if not self._changes:
            raise unbound(self, "it names neither roles nor an expression")
        bound: Self = replaced(self, was=was)
        return bound

    @property
    def _changes(self) -> dict[str, Any]:
        given = {"roles": self.roles, "using": self.using, "check": self.check}
        return {name: value for name, value in given.items() if value is not UNSET}

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            found = table.policy(self.name)
            if found is None:
                return table
            return table.with_part(msgspec.structs.replace(found, **self._changes))

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        if self.was and self._takes_away(self.was):
            becomes = msgspec.structs.replace(self.was, **self._changes)
            drop = drop_policy(self.table, self.name)
            return (stage(drop, *create_policy(self.table, becomes)),)
        roles = f" TO {roles_clause(self.roles)}" if isinstance(self.roles, tuple) else ""
        sql = ddl(
            "ALTER POLICY {name} ON {table}{roles}{rules}",
            name=self.name,
            table=self.table,
            roles=raw(roles),
            rules=rule_clauses(self.using or None, self.check or None),
        )
        return (stage(Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)),)

    def _takes_away(self, was: Policy) -> bool:
        takes_using = self.using is None and was.using is not None
        return takes_using or (self.check is None and was.check is not None)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterPolicy(
            table=self.table,
            name=self.name,
            was=msgspec.structs.replace(self.was, **self._changes),
            **{field: getattr(self.was, field) for field in self._changes},
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        words = {"roles": "TO", "using": "USING", "check": "WITH CHECK"}
        for field, value in self._changes.items():
            text = ", ".join(value) if field == "roles" else value or "nothing"
            yield why.RLS_CHANGE.because(f"{words[field]} {text}")

    def reasons_before(self, graph: SchemaGraph) -> Iterator[Reason]:
        """Nothing was hidden where row security is off."""
        table = graph.table(self.table)
        was = table.policy(self.name) if table and table.row_security else None
        becomes = was and msgspec.structs.replace(was, **self._changes)
        if was and becomes and becomes.using != was.using:
            rows = "every row" if opens_all(becomes) else "other rows"
            said = f"shows {rows} to {', '.join(becomes.roles)}"
            yield why.RLS_CHANGE.because(said, level=Level.HIGH)
        elif table and becomes:
            # As if it came beside what it was.
            roles = written_more(graph, table, becomes) if new_rows(becomes) == "true" else ()
            if roles:
                said = f"lets {', '.join(roles)} write whatever they like"
                yield why.RLS_CHANGE.because(said, level=Level.HIGH)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        """Rights on what it reads may come in the same plan."""
        yield from by_policy(graph, self.subject)
