"""What the steps before one did to the names that the target has now.

A plan is judged as a whole before any of it runs, so a question about a table that an
earlier step renames has to be asked under its old name, and none can be asked about what
an earlier step creates. Steps of pending migrations that run before count as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.lexer import rename, rename_relation
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Answer, Facts, OtherTable, Probe
from migrate_core.schema.edges import closure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref

# The size of a relation and the answers to probes, asked of the target.
Ask = Callable[[QualifiedName | None, tuple[Probe, ...]], Facts]

_COMPUTES = (
    ObjectKind.ROUTINE,
    ObjectKind.ENUM,
    ObjectKind.DOMAIN,
    ObjectKind.COMPOSITE,
    ObjectKind.RANGE,
)


_INDEXED = (ObjectKind.INDEX, ObjectKind.CONSTRAINT)


class Past:
    """What was created and renamed so far, in the order of the steps."""

    def __init__(self) -> None:
        self.done: list[tuple[Operation, str]] = []  # and the pending migration it is of, if any
        self.created: set[Ref] = set()
        self.renamed: list[tuple[Ref, str]] = []
        self.may_fill = False  # whether SQL has run that may have put rows anywhere
        self.fills_made = False  # or only into what is made here
        self.pending: dict[Ref, str] = {}  # what pending migrations make, and which of them
        self.filled: set[Ref] = set()  # of that, what such SQL may have put rows into
        self.written: set[Ref] = set()  # columns that were backfilled
        self.computes_anew = False  # whether an expression may give, or take, something else

    def facts(self, operation: Operation, graph: SchemaGraph, ask: Ask) -> Facts:
        """Measured facts of one operation; `graph` is the schema just before it."""
        relation = operation.relation
        there = self._name_now(relation) if relation else None
        table = Ref.of(ObjectKind.TABLE, there) if there else None
        if table in self.pending:
            return self._ahead(operation, table, ask)
        if table in self.created:
            return Facts(is_new=True)
        return self._there(operation, there, graph, ask)

    def with_others(
        self, facts: Facts, operation: Operation, graph: SchemaGraph, ask: Ask
    ) -> Facts:
        beneath = self._of_others(operation.beneath(graph), ask)
        facts = msgspec.structs.replace(facts, beneath=beneath) if beneath else facts
        return self._with_index(facts, operation, ask)

    def _with_index(self, facts: Facts, operation: Operation, ask: Ask) -> Facts:
        relation, index = operation.relation, operation.index_that_goes()
        is_made = facts.is_new or facts.is_made or facts.is_ahead
        if relation is None or index is None or is_made:
            return facts
        there = relation.renamed(index.name)
        for old, new in reversed(self.renamed):
            if old.kind in _INDEXED and there == old.relation.renamed(new):
                there = old.relation.renamed(old.part)
        return msgspec.structs.replace(facts, index=ask(there, ()).activity)

    def with_locked(self, facts: Facts, others: Iterable[QualifiedName], ask: Ask) -> Facts:
        """`others` are tables that it locks beside its relation."""
        locked = self._of_others(others, ask)
        return msgspec.structs.replace(facts, locked=locked) if locked else facts

    def _of_others(self, names: Iterable[QualifiedName], ask: Ask) -> tuple[OtherTable, ...]:
        found = ((name, self.of_relation(name, ask)) for name in names)
        return tuple(
            OtherTable(table=name, activity=of.activity, size=of.size, is_new=of.is_new)
            for name, of in found
        )

    def of_relation(self, relation: QualifiedName, ask: Ask) -> Facts:
        """Measured facts of a relation that goes by this name after the steps so far."""
        there = self._name_now(relation)
        table = Ref.of(ObjectKind.TABLE, there)
        if table in self.pending:
            return self._ahead(None, table, ask)
        return Facts(is_new=True) if table in self.created else ask(there, ())

    def _there(
        self, operation: Operation, there: QualifiedName | None, graph: SchemaGraph, ask: Ask
    ) -> Facts:
        if stands_on := operation.stands_on():
            for done, awaits in self.done:
                if done == stands_on:
                    return msgspec.structs.replace(ask(there, ()), is_pending=True, awaits=awaits)
        unmade = self._unmade(operation, graph)
        awaits = next((by for ref, by in self.pending.items() if ref in unmade), "")
        if _asks_nothing(operation, graph) or not unmade:
            facts = ask(there, tuple(map(self.asked_now, self._askable(operation, graph))))
            answers = tuple(map(self._as_it_was, facts.answers))
            return msgspec.structs.replace(facts, awaits=awaits, answers=answers)
        made = operation.subject in self.created
        fills = self.may_fill or self.fills_made
        ahead = operation.probes_ahead(graph, frozenset(self.created - self.written))
        ahead = tuple(probe for probe in ahead if not (fills and probe.is_of_rows))
        ahead = tuple(probe for probe in ahead if probe.is_needed or not self.computes_anew)
        facts = ask(there, tuple(map(self.asked_now, ahead)))
        return msgspec.structs.replace(facts, is_pending=not ahead, is_made=made, awaits=awaits)

    def _askable(self, operation: Operation, graph: SchemaGraph) -> Iterator[Probe]:
        """Nothing that is not needed is asked of what is not there yet, or will be another."""
        probes = operation.probes(graph)
        if all(probe.is_needed for probe in probes):
            return iter(probes)
        waits = self.computes_anew or bool(self._unsettled(operation, graph))
        return (probe for probe in probes if probe.is_needed or not waits)

    def _as_it_was(self, answer: Answer) -> Answer:
        """What such SQL may mend stops nothing beforehand."""
        blocks = answer.blocks and not (self.may_fill and (answer.count or answer.fails))
        return msgspec.structs.replace(answer, blocks=blocks)

    def _ahead(self, operation: Operation | None, table: Ref, ask: Ask) -> Facts:
        """Nothing is claimed of a table that is not there; the server is."""
        filled = table in self.filled
        return msgspec.structs.replace(
            ask(None, ()),
            is_pending=True,
            is_made=operation is not None and operation.subject in self.created and not filled,
            awaits=self.pending[table],
            is_ahead=True,
            may_be_filled=filled,
        )

    def add(self, operation: Operation, *, pending: str = "") -> None:
        """`pending`: the migration that it is a step of, where that is not the plan's own."""
        known = frozenset(self.created)
        self.done.append((operation, pending))
        self.created |= operation.makes()
        if operation.effect is Effect.FILL:
            self.written.add(operation.subject)
        self.computes_anew |= operation.subject.kind in _COMPUTES
        if operation.writes_freely:
            self.may_fill = True
            self.filled |= self.pending.keys()
        if operation.effect is Effect.CREATE:
            self.created.add(operation.subject)
        elif new := operation.new_name():
            self.renamed.append((operation.subject, new))
        if pending:
            self.pending |= dict.fromkeys(self.created - known, pending)

    def _unmade(self, operation: Operation, graph: SchemaGraph) -> set[Ref]:
        """The same, where it is asked for: of what has questions, or awaits a pending migration."""
        if _asks_nothing(operation, graph) and not self.pending:
            return set()
        return self._unsettled(operation, graph)

    def _unsettled(self, operation: Operation, graph: SchemaGraph) -> set[Ref]:
        """What it needs of what was created or filled so far."""
        unsettled = self.created | self.written
        if not unsettled:
            return set()
        after = operation.apply(graph)
        needed = {operation.subject} | closure(after, operation.subject) | operation.reads()
        return unsettled & needed

    def _name_now(self, relation: QualifiedName) -> QualifiedName:
        for old, new in reversed(self.renamed):
            if old.kind is ObjectKind.TABLE and relation == old.relation.renamed(new):
                relation = old.relation
        return relation

    def asked_now(self, probe: Probe) -> Probe:
        sample = self._text_now(probe.sample) if probe.sample else None
        return msgspec.structs.replace(probe, query=self._text_now(probe.query), sample=sample)

    def _text_now(self, sql: str) -> str:
        """Undone last one first, so that each name is met as the rename left it."""
        for old, new in reversed(self.renamed):
            table = old.relation
            if old.kind is ObjectKind.TABLE:
                sql = rename_relation(sql, (table.schema, new), (table.schema, table.name))
            elif old.kind is ObjectKind.COLUMN and str(table) in sql:
                sql = rename(sql, new, old.part)
        return sql


def _asks_nothing(operation: Operation, graph: SchemaGraph) -> bool:
    """As what makes something new mostly does: then nothing waits for what it needs."""
    return operation.effect is Effect.CREATE and not operation.probes(graph)
