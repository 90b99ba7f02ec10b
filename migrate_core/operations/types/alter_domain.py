"""alterDomain: a domain gets another default or other rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.pg.ddl import Stage, ddl
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.domain_values import DomainRules, breaking_domain
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.schema import domain_changes
from migrate_core.schema.definitions import Domain
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_changes import columns_leaning, replaced_types


class AlterDomain(Operation, frozen=True, kw_only=True):
    """Change a domain's default, its NOT NULL or its checks.

    A check is added NOT VALID, which binds new values, and validated in a stage of its own.
    Validation reads every table with a column of the domain: reads go on, writes wait. For
    NOT NULL there is but the one stage.
    Source: PostgreSQL documentation, ALTER DOMAIN; locks observed on 15 and 18.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    to: Domain
    was: Domain | None = None
    users: tuple[QualifiedName, ...] = ()  # tables with a column of it

    @property
    def subject(self) -> Ref:
        return Ref.of(ObjectKind.DOMAIN, self.to.name)

    @property
    def relation(self) -> QualifiedName | None:
        return self.users[0] if self.users else None

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        anew = replaced_types(delta)
        for old, new in delta.changed(Domain):
            if domain_changes.alters(old, new) and ref_of(new) not in anew:
                yield cls(to=msgspec.structs.replace(new, comment=old.comment), was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Domain, self.to.name)
        if was is None:
            raise unbound(self, f"domain {self.label} does not exist")
        if (was.type, was.collation) != (self.to.type, self.to.collation):
            raise unbound(self, f"domain {self.label} is over {was.type}")
        users = {ref.relation for ref in columns_leaning(graph, self.subject)}
        to = msgspec.structs.replace(self.to, comment=was.comment)
        bound: Self = replaced(self, to=to, was=was, users=tuple(sorted(users)))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        found = graph.find(Domain, self.to.name)
        if found is None:
            return graph
        return graph.put(msgspec.structs.replace(self.to, comment=found.comment))

    def stages(self, place: Place) -> tuple[Stage, ...]:
        was = self.was or Domain(name=self.to.name, type=self.to.type)
        return domain_changes.stages(was, self.to, self.users, place.major)

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterDomain(to=self.was, was=self.to, users=self.users)

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        columns = sorted(columns_leaning(graph, self.subject))
        return tuple(
            probe
            for table in self.users
            for probe in self._asked.probes(
                graph,
                table,
                [ddl("{column}", column=ref.part) for ref in columns if ref.relation == table],
            )
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        old = {check.definition for check in self.was.constraints} if self.was else set()
        new = {check.definition for check in self.to.constraints}
        for rule in sorted(new - old):
            yield why.ADDS_CHECK.because(f"{rule}; {facts.describe()}")
        for rule in sorted(old - new):
            yield why.DROPS_CHECK.because(rule)
        yield from self._reading(self.relation, facts)
        if old == new and not (self._asked.not_null and self.users):
            yield why.CHANGES_METADATA.because(f"of {self.to.name}")

    def reasons_beside(self, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
        if table in self.users:
            yield from self._reading(table, facts)

    def _reading(self, table: QualifiedName | None, facts: Facts) -> Iterator[Reason]:
        if table is None:
            return
        size = f"{table}, {facts.describe()}"
        for check in self._asked.checks:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"validates {check.definition}; {size}")
        if self._asked.not_null:
            yield why.CHANGES_COLUMN_NULLABLE_TO_NOT_NULL.because(f"of {self.to.name}; {size}")
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"no online way for a domain; {size}")
        yield from breaking_domain(self._asked, table, facts)

    @property
    def _asked(self) -> DomainRules:
        was = self.was or Domain(name=self.to.name, type=self.to.type)
        return DomainRules(
            domain=self.to,
            checks=tuple(domain_changes.to_validate(was, self.to)),
            not_null=self.to.not_null and not was.not_null,
        )
