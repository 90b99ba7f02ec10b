"""alterNotNull: the constraint behind a NOT NULL (18) is named or validated otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, table_in, unbound
from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.breaking import breaking
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.risk.samples import counted, sampled
from migrate_core.schema.clauses import not_null_clause
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.not_null import usual_name
from migrate_core.schema.objects import Column, NotNull
from migrate_core.schema.refs import Ref

_USUAL = NotNull()


class AlterNotNull(Operation, frozen=True, kw_only=True):
    """Rename the constraint behind a NOT NULL, change its inheritance, or validate it.

    PostgreSQL 18 and later. NOT VALID becomes valid in a stage of its own, while reads and
    writes go on; for the way back there is no command, so it is dropped and added NOT VALID.
    """

    effect: ClassVar[Effect] = Effect.REQUIRE

    table: QualifiedName
    column: str
    to: NotNull = _USUAL
    was: NotNull = _USUAL
    above: tuple[QualifiedName, ...] = ()  # parents that forbid NULL once it is renamed

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for table, old, new in delta.changed_parts(Column):
            was = _rule(old) if old.not_null else _USUAL
            if new.not_null and _rule(new) != was:
                above = tuple(_forbidding(delta, table, new)) if old.not_null else ()
                yield cls(table=table.name, column=new.name, to=_rule(new), was=was, above=above)
        created = ((t, column) for t in delta.added_relations() for column in t.columns)
        for table, column in (*delta.added_parts(Column), *created):
            rule = _rule(column)
            if column.not_null and not rule.validated:
                was = NotNull(name=rule.name, inherited=rule.inherited)
                yield cls(table=table.name, column=column.name, to=rule, was=was)

    def precedes(self) -> frozenset[QualifiedName]:
        """PostgreSQL renames none that a parent has too."""
        return frozenset(self.above)

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        column = table.column(self.column)
        if column is None:
            raise unbound(self, f"column {self.label} does not exist")
        if not column.not_null:
            raise unbound(self, f"column {self.label} allows NULL")
        if self._name(self.was) != self._name(self.to):
            for parent in table.parents:
                above = graph.get(column_ref(parent, self.column))
                if above is not None and above.not_null:
                    raise unbound(self, f"PostgreSQL renames no NOT NULL that {parent} has too")
        return self

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        rule = None if self.to == _USUAL else self.to
        return graph.edit(
            self.table, lambda table: table.change_column(self.column, not_null_rule=rule)
        )

    def stages(self, place: Place) -> tuple[Stage, ...]:
        was, name = self._name(self.was), self._name(self.to)
        if self.was.validated and not self.to.validated:
            drop = self._alter(ddl("DROP CONSTRAINT {name}", name=was))
            rule = not_null_clause(NotNull(name=name, inherited=self.to.inherited), self.column)
            return (stage(drop, self._alter(f"ADD {raw(rule)} NOT VALID")),)
        quick = []
        if was != name:
            quick.append(self._alter(ddl("RENAME CONSTRAINT {was} TO {to}", was=was, to=name)))
        if self.was.inherited != self.to.inherited:
            word = raw("INHERIT" if self.to.inherited else "NO INHERIT")
            quick.append(self._alter(ddl("ALTER CONSTRAINT {name} {word}", name=name, word=word)))
        stages = (stage(*quick),) if quick else ()
        if self.was.validated == self.to.validated:
            return stages
        sql = ddl("ALTER TABLE {table} VALIDATE CONSTRAINT {name}", table=self.table, name=name)
        lock = LockMode.SHARE_UPDATE_EXCLUSIVE
        return (*stages, stage(Statement(sql=sql, lock=lock, on=self.table, scans=True)))

    def _name(self, rule: NotNull) -> str:
        return rule.name or usual_name(self.table.name, self.column) or self.column

    def _alter(self, action: str) -> Statement:
        sql = ddl("ALTER TABLE {table} {action}", table=self.table, action=raw(action))
        return Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)

    def inverse(self, place: Place) -> Operation | None:
        return AlterNotNull(table=self.table, column=self.column, to=self.was, was=self.to)

    @property
    def _validates(self) -> bool:
        return self.to.validated and not self.was.validated

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        if not self._validates:
            return ()
        where = ddl("{column} IS NULL", column=self.column)
        return (
            Probe(
                fact="null_rows",
                question=f"rows hold NULL in {self.column}",
                query=counted(self.table, where),
                sample=sampled(graph, self.table, where),
            ),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self._validates:
            yield why.VALIDATES_ONLINE.because(f"NOT NULL of {self.column}; {facts.describe()}")
            yield from breaking(facts, "null_rows")
        else:
            yield why.CHANGES_METADATA.because(f"NOT NULL of {self.column}")


def _forbidding(delta: SchemaDelta, table: Any, column: Column) -> Iterator[QualifiedName]:
    """Parents whose column allows NULL, and shall forbid it."""
    for parent in getattr(table, "parents", ()):
        ref = column_ref(parent, column.name)
        was, becomes = delta.origin.get(ref), delta.after.get(ref)
        if was is not None and becomes is not None and becomes.not_null > was.not_null:
            yield parent


def _rule(column: Column) -> NotNull:
    return column.not_null_rule or _USUAL
