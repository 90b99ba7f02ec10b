"""What a step is among the others of its plan: reasons that none of them has alone."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.ddl import Stage, StageMode
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import here
from migrate_core.risk.circumstances import Work, in_use
from migrate_core.risk.codes import Reason
from migrate_core.risk.facts import Facts
from migrate_core.risk.index_use import index_in_use
from migrate_core.risk.levels import Level
from migrate_core.risk.outdated import still_named
from migrate_core.risk.triggers import of_batches
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column
from migrate_core.schema.refs import IN_SCHEMA, ObjectKind, Ref

_GOING = (Effect.DROP, Effect.PARK)


def work_of(operation: Operation, stages: tuple[Stage, ...]) -> Work:
    subject, relation = operation.subject, operation.relation
    statements = [statement for stage in stages for statement in stage.statements]
    taken: dict[QualifiedName, LockMode] = {}
    for table, mode in (lock for statement in statements for lock in statement.locks()):
        taken[table] = max(mode, taken.get(table, mode), key=lambda m: m.strength)
    own = taken.pop(relation, None) if relation else None
    filled = {stage.batch.into or stage.batch.table for stage in stages if stage.batch}
    makes = operation.effect is Effect.CREATE and subject.kind in IN_SCHEMA
    return Work(
        relation=relation,
        strongest=own,
        others=tuple(taken.items()),
        writes_all=bool(filled) or any(s.rewrites or s.builds for s in statements),
        reads_all=any(s.scans for s in statements),
        is_concurrent=any(stage.mode is StageMode.CONCURRENT for stage in stages),
        writes_rows=relation in filled,
        reshapes=subject.kind in (ObjectKind.TABLE, ObjectKind.COLUMN),
        creates_in=subject.schema if makes else "",
    )


class Context:
    """The steps so far: what they made, and which tables they read or wrote from end to end."""

    def __init__(self, base: SchemaGraph, *, since: SchemaGraph | None = None) -> None:
        """`since`: where steps ran before `base`, the schema that they met."""
        self._since = since or base
        self.old = frozenset(table.name for table in base.tables)
        self._views = frozenset(view.name for view in (*base.views, *base.materialized_views))
        self._done: list[tuple[Operation, str]] = []  # by which steps of this plan
        self._made: dict[Ref, str] = {}  # by "step 1", or "step 1 of the pending ..."
        self._columns: list[tuple[QualifiedName, Column, str]] = []
        self._blocked: dict[QualifiedName, str] = {}  # all rows read or written, others waiting
        self._built: dict[QualifiedName, str] = {}  # an index
        self._touched: dict[QualifiedName, dict[str, bool]] = {}  # by pending ones; writes waited

    def reasons(
        self, operation: Operation, stages: tuple[Stage, ...], work: Work, graph: SchemaGraph
    ) -> Iterator[Reason]:
        """`graph` is the schema before the step."""
        yield from self._locks(work)
        yield from self._again(stages)
        for table, rewrites in _through(stages):
            if table not in self.old:
                continue
            if table in self._blocked:
                yield here.SCANNED_AGAIN.because(f"{table}, by {self._blocked[table]} too")
            if rewrites and table in self._built:
                yield here.WRITES_INDEX_ANEW.because(f"built by {self._built[table]}")
        if operation.moment in _GOING:
            yield from self._going(operation, graph)
        yield from operation.reasons_before(graph)
        yield from of_batches(graph, stages)
        yield from self._at_once(operation)

    def add(
        self, label: str, operation: Operation, stages: tuple[Stage, ...], graph: SchemaGraph
    ) -> None:
        """`label` is what others say of the step; `graph` is the schema after it."""
        self._done.append((operation, label))
        self._note(label, operation, stages, graph)

    def _note(
        self, label: str, operation: Operation, stages: tuple[Stage, ...], graph: SchemaGraph
    ) -> None:
        for table, _rewrites in _through(stages):
            self._blocked[table] = label
        for statement in (s for stage in stages for s in stage.statements):
            if statement.builds and statement.on:
                self._built[statement.on] = label
        if operation.effect is not Effect.CREATE:
            return
        for ref in (operation.subject, *operation.makes()):
            self._made[ref] = label
        subject = operation.subject
        found = graph.table(subject.relation) if subject.kind is ObjectKind.COLUMN else None
        if found and (column := found.column(subject.part)):
            self._columns.append((found.name, column, label))

    def add_pending(
        self,
        migration_id: str,
        number: int,
        operation: Operation,
        stages: tuple[Stage, ...],
        graph: SchemaGraph,
    ) -> None:
        """A step of a migration that runs before this plan does."""
        for table, waits in _touched(stages).items():
            found = self._touched.setdefault(table, {})
            found[migration_id] = waits or found.get(migration_id, False)
        self._note(f"step {number} of the pending {migration_id}", operation, stages, graph)
        new, subject = operation.new_name(), operation.subject
        if new and subject.kind is ObjectKind.TABLE and subject.relation in self.old:
            self._renamed(subject.relation, subject.relation.renamed(new))

    def _renamed(self, old: QualifiedName, new: QualifiedName) -> None:
        self.old = self.old - {old} | {new}
        for known in (self._blocked, self._built):
            if old in known:
                known[new] = known.pop(old)
        self._touched[new] = self._touched.pop(old, {})

    def in_the_end(
        self, operation: Operation, graph: SchemaGraph, facts: Facts
    ) -> Iterator[Reason]:
        """`graph` is the schema after the last step."""
        yield from operation.reasons_since(self._since, graph)
        relation = operation.relation
        if relation is not None and relation not in self.old | self._views:
            return
        yield from operation.reasons_in_the_end(graph, facts)
        if index := operation.index_that_goes():
            found = graph.table(relation) if relation else None
            yield from index_in_use(index, found, facts)
        if operation.effect in (Effect.PARK, Effect.DROP) and relation is not None:
            yield from still_named(graph, operation.subject)
        if what := operation.takes_away(graph):
            is_kept = operation.effect is Effect.PARK
            yield from in_use(what, facts, by_writers=operation.missed_by_writers, is_kept=is_kept)

    def _at_once(self, operation: Operation) -> Iterator[Reason]:
        stands_on = operation.stands_on()
        for done, label in self._done:
            if done == stands_on:
                yield from operation.reasons_at_once(label)

    def _locks(self, work: Work) -> Iterator[Reason]:
        waited = ((table, mode) for table, mode in work.others if mode.blocks_writes)
        found = [f"{mode} on {table}" for table, mode in waited if table in self.old]
        if found:
            yield here.LOCKS_OTHER_TABLE.because(", ".join(found))

    def _again(self, stages: tuple[Stage, ...]) -> Iterator[Reason]:
        for table, waits in _touched(stages).items():
            before = self._touched.get(table, {})
            if before and table in self.old:
                both = waits and any(before.values())
                yield here.TOUCHED_BY_PENDING.because(
                    f"{table}, by {' and '.join(before)}", level=None if both else Level.SAFE
                )

    def _going(self, operation: Operation, graph: SchemaGraph) -> Iterator[Reason]:
        subject = operation.subject
        if subject in self._made:
            yield here.DROPS_WHAT_WAS_MADE.because(f"by {self._made[subject]}")
            return
        if (
            subject.kind is not ObjectKind.COLUMN
            or (found := graph.table(subject.relation)) is None
        ):
            return
        column = found.column(subject.part)
        for table, made, label in self._columns:
            if column and table == found.name and made.type == column.type:
                yield here.LOOKS_LIKE_RENAME.because(
                    f"{label} adds {made.name}, {made.type} as well"
                )


def _touched(stages: tuple[Stage, ...]) -> dict[QualifiedName, bool]:
    """Tables that it locks as only changes do; whether writes wait meanwhile."""
    found: dict[QualifiedName, bool] = {}
    for statement in (s for stage in stages for s in stage.statements):
        for table, mode in statement.locks():
            if mode.strength >= LockMode.SHARE_UPDATE_EXCLUSIVE.strength:
                found[table] = found.get(table, False) or mode.blocks_writes
    return found


def _through(stages: tuple[Stage, ...]) -> Iterator[tuple[QualifiedName, bool]]:
    """Tables that it reads or writes from end to end while writes wait; whether it rewrites."""
    for statement in (s for stage in stages for s in stage.statements):
        for table in statement.keeps_waiting():
            yield table, statement.rewrites
