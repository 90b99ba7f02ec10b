"""Which relations a migration is about, and which others it meets: what has to be measured."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_core.operations.base import Operation, Place
from migrate_core.pg.ddl import gone_through
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.context import work_of
from migrate_core.planning.families import with_families
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value


class Reach(Value, frozen=True, kw_only=True):
    """By the names that the steps know; some of these the target may not have."""

    own: frozenset[QualifiedName]  # what steps are about or read, and what views of these read
    beside: frozenset[QualifiedName]  # what is locked too, and indexes that go


def reach(operations: Sequence[Operation], graph: SchemaGraph, *, major: int) -> Reach:
    """`graph` is the schema before the first of them."""
    own: set[QualifiedName] = set()
    beside: set[QualifiedName] = set()
    place = Place(migration_id="", step=1, major=major)
    for written in (part for operation in operations for part in operation.parts()):
        operation = written.bind(graph)
        stages = with_families(operation.stages(place), graph)
        work = work_of(operation, stages)
        own |= {operation.relation} if operation.relation else set()
        own |= gone_through(stages)
        own |= set(operation.checks_again())
        own |= set(operation.beneath(graph))
        beside |= {table for table, _mode in work.others}
        if operation.relation and (index := operation.index_that_goes()):
            beside.add(operation.relation.renamed(index.name))
        graph = operation.apply(graph)
    return Reach(own=frozenset(own), beside=frozenset(beside - own))
