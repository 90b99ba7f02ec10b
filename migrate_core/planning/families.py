"""Locks on families: what is done to a table is done to all that inherit from it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Stage, Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph


def with_families(stages: tuple[Stage, ...], graph: SchemaGraph) -> tuple[Stage, ...]:
    """The stages with the locks that their statements take on partitions and inheritors."""
    if not graph.children:
        return stages
    return tuple(_stage(stage, graph) for stage in stages)


def _stage(stage: Stage, graph: SchemaGraph) -> Stage:
    statements = tuple(_statement(statement, graph) for statement in stage.statements)
    return msgspec.structs.replace(stage, statements=statements)


def _statement(statement: Statement, graph: SchemaGraph) -> Statement:
    if not (statement.inherited or statement.cloned):
        return statement
    also = dict.fromkeys((*statement.also, *_below(statement, graph)))
    return msgspec.structs.replace(statement, also=tuple(also))


def _below(statement: Statement, graph: SchemaGraph) -> Iterator[tuple[QualifiedName, LockMode]]:
    for table, lock in statement.locks():
        if lock is LockMode.ROW_SHARE:
            continue  # of rows that are pointed at, which are only read there
        for name in descendants(graph, table):
            below = graph.table(name)
            if statement.inherited or (below is not None and below.partition_of is not None):
                yield name, lock
