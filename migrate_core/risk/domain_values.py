"""Probes of a domain's rules: rows of today whose values it will not take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.definitions import Domain, DomainCheck
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from migrate_core.schema.rules import check_expression


class DomainRules(Value, frozen=True, kw_only=True):
    """What is asked of values that are stored."""

    domain: Domain
    checks: tuple[DomainCheck, ...] = ()
    not_null: bool = False

    def probes(
        self, graph: SchemaGraph, table: QualifiedName, values: Sequence[str]
    ) -> Iterator[Probe]:
        """`values` are expressions over a row of `table`, each of one value or, as unnest() has
        it, of many: of the domain's type, or of one that casts to its base."""
        for fact, where, rule in self.asked(table, values):
            yield Probe(
                fact=fact,
                question=f"rows of {table} {rule}",
                query=counted(table, where),
                sample=sampled(graph, table, where),
            )

    def asked(self, table: QualifiedName, values: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """The fact's name, the condition on a row, and what such rows do, in words."""
        name, written = self.domain.name, list(values)
        for check in self.checks:
            where = self._where(written, f"({check_expression(check.definition)}) IS FALSE")
            yield f"breaks_{check.name}_{table}", where, f"break {check.name} of {name}"
        if self.not_null:
            where = self._where(written, "VALUE IS NULL")
            yield f"null_rows_{table}", where, f"hold NULL where {name} will forbid it"

    def _where(self, values: Iterable[str], condition: str) -> str:
        """VALUE is no more than a name where a domain's check is not read: a column's."""
        each = (f"SELECT ({value})::{self.domain.type}" for value in values)
        return ddl(
            "EXISTS (SELECT FROM ({rows}) AS of_row (value) WHERE {condition})",
            rows=raw(" UNION ALL ".join(each)),
            condition=raw(condition),
        )


def breaking_domain(rules: DomainRules, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
    for fact, _where, _rule in rules.asked(table, ()):
        yield from breaking(facts, fact)


def rules_for_moved(was: Domain, to: Domain) -> DomainRules:
    """Of values that move over: a cast asks all that is not known to hold, valid or not."""
    same = was.type == to.type
    valid = {one.definition for one in was.constraints if one.validated and same}
    return DomainRules(
        domain=to,
        checks=tuple(one for one in to.constraints if one.definition not in valid),
        not_null=to.not_null and not was.not_null,
    )
