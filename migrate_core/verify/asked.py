"""What raw SQL did, asked of the target: rows that the shadow has not may make it fail there.

An operation that was seen has the probes of the one that a person would have written. They are
asked of the target as it is now, so nothing is asked about rows that the SQL itself, or what runs
before it, writes: that is said instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import msgspec
import psycopg
from msgspec import Struct

from migrate_core.errors import UnboundOperationError
from migrate_core.introspection.probes import ask
from migrate_core.introspection.sizes import read_sizes
from migrate_core.introspection.surroundings import read_activities, read_surroundings
from migrate_core.operations.base import Operation
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.past import Past
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import Answer, Facts, Probe, TableSize
from migrate_core.risk.surroundings import Activity
from migrate_core.schema.graph import SchemaGraph
from migrate_core.verify.changes import moved
from migrate_core.verify.relations import Relation
from migrate_core.verify.scripts import Script

_WRITES = re.compile(r"\b(insert|update|delete|merge|truncate|copy)\b", re.IGNORECASE)
_FILLS = re.compile(r"\b(insert|merge|copy|execute|select|values)\b", re.IGNORECASE)
_USING = re.compile(r"\busing\b", re.IGNORECASE)


class Asked(Struct, frozen=True, kw_only=True):
    """An operation that was seen, and what the target says to it."""

    operation: Operation
    graph: SchemaGraph  # just before it
    facts: Facts
    unasked: str = ""  # why its rows could not be asked for


class Target:
    """As the steps of a plan will meet it: under the names of today, and without what they make."""

    def __init__(self, conn: psycopg.Connection[Any], earlier: Sequence[Plan] = ()) -> None:
        self._conn = conn
        self._surroundings = read_surroundings(conn)
        self._sizes: dict[QualifiedName, TableSize | None] = {}
        self._activities: dict[QualifiedName, Activity | None] = {}
        self.past = Past()
        self.first: SchemaGraph | None = None  # the schema that the first script met
        for plan in earlier:
            for step in plan.steps:
                self.past.add(step.operation, pending=plan.migration_id)

    def facts(self, table: QualifiedName) -> Facts:
        return self.past.of_relation(table, self._ask)

    def answer(self, probe: Probe) -> Answer:
        """Under the names of today."""
        (found,) = ask(self._conn, [self.past.asked_now(probe)])
        return found

    def asked(
        self,
        script: Script,
        operations: Sequence[Operation],
        texts: Sequence[str],
        *,
        branches: bool,
    ) -> Iterator[Asked]:
        """`texts` are the script's and those of the routines that it names."""
        past, graph = deepcopy(self.past), moved(script.before.graph, script)
        past.fills_made |= any(_FILLS.search(text) for text in texts)
        writes = branches and any(_WRITES.search(text) for text in texts)
        for operation in (_bound(one, graph) for one in operations):
            yield self._one(operation, past, graph, _Own(script, texts, writes))
            graph = _after(operation, graph)
            past.add(operation)

    def _one(self, operation: Operation, past: Past, graph: SchemaGraph, own: _Own) -> Asked:
        probes = operation.probes(graph)
        why = own.settles(operation, probes)
        facts = past.facts(operation, graph, self._not_asked(why) if why else self._ask)
        facts = past.with_others(facts, operation, graph, self._ask)
        if facts.is_pending and probes and not why and not facts.answers:
            why = "it needs what is made before it"
        unasked = why if probes else ""
        return Asked(operation=operation, graph=graph, facts=facts, unasked=unasked)

    def _ask(self, relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        if relation is not None and relation not in self._sizes:
            self._sizes[relation] = read_sizes(self._conn, [relation]).get(relation)
            found = read_activities(self._conn, [relation], self._surroundings)
            self._activities[relation] = found.get(relation)
        size = self._sizes[relation] if relation else None
        activity = self._activities[relation] if relation else None
        return Facts(
            size=size,
            activity=activity,
            surroundings=self._surroundings,
            answers=ask(self._conn, probes),
        )

    def _not_asked(self, why: str) -> Any:
        def answer(relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
            unknown = (
                Answer(fact=p.fact, question=p.question, blocks=False, error=why) for p in probes
            )
            return msgspec.structs.replace(self._ask(relation, ()), answers=tuple(unknown))

        return answer


class _Own(Struct, frozen=True):
    """What the script does to rows before its operations meet them."""

    script: Script
    texts: Sequence[str]
    writes: bool  # in a branch that may not have been taken

    def settles(self, operation: Operation, probes: Sequence[Probe]) -> str:
        """Why the rows of today say nothing about it."""
        if not any(probe.is_of_rows for probe in probes):
            return ""
        if operation.kind == "alterColumnType" and any(map(_USING.search, self.texts)):
            return f"how {operation.label} is converted (USING) does not show in what it did"
        written = {str(table) for table in self._written()}
        asked = [table for table in written if any(table in probe.query for probe in probes)]
        if self.writes and operation.relation:
            asked.append(str(operation.relation))
        return f"it may write rows of {', '.join(sorted(set(asked)))} itself" if asked else ""

    def _written(self) -> Iterator[QualifiedName]:
        """Under the names that they had, and have. A sequence is written by whatever alters it:
        it counts where it stands elsewhere afterwards."""
        doings = self.script.doings
        for oid, mode in doings.taken:
            if mode is LockMode.ROW_EXCLUSIVE:
                sides = [side[oid] for side in (doings.before, doings.after) if oid in side]
                yield from (one.qualified for one in sides if one.kind != "S" or self._moved(one))

    def _moved(self, sequence: Relation) -> bool:
        before, after = self.script.before.positions, self.script.after.positions
        name = str(sequence.qualified)
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            return any(one.called for one in (was, now) if one)
        return now.differs(was)


def _bound(operation: Operation, graph: SchemaGraph) -> Operation:
    try:
        return operation.bind(graph)
    except UnboundOperationError:
        return operation


def _after(operation: Operation, graph: SchemaGraph) -> SchemaGraph:
    try:
        return operation.apply(graph)
    except UnboundOperationError:
        return graph
