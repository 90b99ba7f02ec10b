"""What the steps before one did to the names that the target has now.

A plan is judged as a whole before any of it runs, so a question about a table that an
earlier step renames has to be asked under its old name, and none can be asked about what
an earlier step creates.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.lexer import rename, rename_relation
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts, Probe
from migrate_core.schema.edges import closure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref

# The size of a relation and the answers to probes, asked of the target.
Ask = Callable[[QualifiedName | None, tuple[Probe, ...]], Facts]


class Past:
    """What was created and renamed so far, in the order of the steps."""

    def __init__(self) -> None:
        self.done: list[Operation] = []  # as bound
        self.created: set[Ref] = set()
        self.renamed: list[tuple[Ref, str]] = []
        self.may_fill = False  # whether SQL has run that may have put rows anywhere

    def facts(self, operation: Operation, graph: SchemaGraph, ask: Ask) -> Facts:
        """Measured facts of one operation; `graph` is the schema just before it."""
        relation = operation.relation
        there = self._name_now(relation) if relation else None
        if there and Ref.of(ObjectKind.TABLE, there) in self.created:
            return Facts(is_new=True)
        if operation.stands_on() in self.done:
            return msgspec.structs.replace(ask(there, ()), is_pending=True)
        if operation.effect is Effect.CREATE or not self._is_pending(operation, graph):
            return ask(there, tuple(map(self._asked_now, operation.probes(graph))))
        made = operation.subject in self.created
        ahead = () if self.may_fill else operation.probes_ahead(graph, frozenset(self.created))
        facts = ask(there, tuple(map(self._asked_now, ahead)))
        return msgspec.structs.replace(facts, is_pending=not ahead, is_made=made)

    def add(self, operation: Operation) -> None:
        self.done.append(operation)
        self.created |= operation.makes()
        self.may_fill |= operation.effect is Effect.RUN
        if operation.effect is Effect.CREATE:
            self.created.add(operation.subject)
        elif new := operation.new_name():
            self.renamed.append((operation.subject, new))

    def _is_pending(self, operation: Operation, graph: SchemaGraph) -> bool:
        if not self.created:
            return False
        after = operation.apply(graph)
        needed = {operation.subject} | closure(after, operation.subject) | operation.reads()
        return not self.created.isdisjoint(needed)

    def _name_now(self, relation: QualifiedName) -> QualifiedName:
        for old, new in reversed(self.renamed):
            if old.kind is ObjectKind.TABLE and relation == old.relation.renamed(new):
                relation = old.relation
        return relation

    def _asked_now(self, probe: Probe) -> Probe:
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
