"""alterConstraint: a foreign key is checked at another moment, a key is stored otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.clauses import options_clause
from migrate_core.schema.constraint_changes import altered, redefined, timing
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import Ref
from migrate_core.schema.rules import constraint_ref, is_enforced


class AlterConstraint(Operation, frozen=True, kw_only=True):
    """Change in place what PostgreSQL can change of a constraint; no row is read.

    Of a foreign key that is when it is checked, and (18) that it is not enforced; of a key
    the storage parameters of its index. Any other change makes it anew, and so
    does enforcing it again: ALTER would read every row under the lock.
    """

    effect: ClassVar[Effect] = Effect.ALTER

    table: QualifiedName
    to: Constraint
    was: Constraint | None = None

    @property
    def subject(self) -> Ref:
        return constraint_ref(self.table, self.to.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Constraint):
            if altered(old, new):
                yield cls(table=table.name, to=_changed(old, new), was=old)

    def bind(self, graph: SchemaGraph) -> Self:
        was = table_in(graph, self.table, self).constraint(self.to.name)
        if was is None:
            raise unbound(self, f"constraint {self.label} does not exist")
        if redefined(was, self.to):
            raise unbound(self, f"{self.label} says {was.definition}: it has to be made anew")
        bound: Self = replaced(self, was=was, to=_changed(was, self.to))
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        def change(table: Table) -> Table:
            found = table.constraint(self.to.name)
            return table if found is None else table.with_part(_changed(found, self.to))

        return graph.edit(self.table, change)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(*self._timing(), *self._options()),)

    def _timing(self) -> Iterator[Statement]:
        if self.was is not None and self.was.definition == self.to.definition:
            return
        when, enforced = timing(self.to.definition)
        words = [when.strip() or "NOT DEFERRABLE"]
        if self.was is not None and timing(self.was.definition)[1] != enforced:
            words.append("ENFORCED" if enforced else "NOT ENFORCED")
        sql = ddl(
            "ALTER TABLE {table} ALTER CONSTRAINT {name} {words}",
            table=self.table,
            name=self.to.name,
            words=raw(" ".join(words)),
        )
        yield Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)

    def _options(self) -> Iterator[Statement]:
        had = self.was.options if self.was else ()
        kept = {option.partition("=")[0] for option in self.to.options}
        gone = [name for option in had if (name := option.partition("=")[0]) not in kept]
        come = tuple(option for option in self.to.options if option not in had)
        actions = [f"RESET ({', '.join(gone)})"] if gone else []
        actions += [f"SET ({options_clause(come)})"] if come else []
        for action in actions:
            index = self.table.renamed(self.to.name)
            yield Statement(
                sql=ddl("ALTER INDEX {index} {action}", index=index, action=raw(action)),
                lock=LockMode.SHARE_UPDATE_EXCLUSIVE,
                on=index,
            )

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return AlterConstraint(table=self.table, to=self.was, was=self.to)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        was = self.was.definition if self.was else "an unknown rule"
        options = ", ".join(self.to.options) or "the usual storage"
        same = was == self.to.definition
        yield why.CHANGES_METADATA.because(
            options if same else f"{was} becomes {self.to.definition}"
        )
        if self.was and is_enforced(self.was) and not is_enforced(self.to):
            said = f"{self.to.name} stays listed, and holds no row to anything; {facts.describe()}"
            yield why.DROPS_FOREIGN_KEY.because(said, level=Level.HIGH)


def _changed(found: Constraint, to: Constraint) -> Constraint:
    """What is not enforced is not valid either."""
    validated = found.validated and timing(to.definition)[1]
    if found.type != "foreign key":
        validated = found.validated
    return msgspec.structs.replace(
        found, definition=to.definition, options=to.options, validated=validated
    )
