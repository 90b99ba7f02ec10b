"""What makes objects from nothing: the operations by which other kinds bring a table about."""

from __future__ import annotations

from migrate_core.operations.base import Effect, Operation
from migrate_core.operations.order import in_order
from migrate_core.operations.registry import kinds
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.graph import SchemaGraph


def creating(before: SchemaGraph, after: SchemaGraph) -> tuple[Operation, ...]:
    """In running order; `after` holds all of `before`, and more."""
    delta = SchemaDelta(before, after, Answers())
    made = [op for kind in kinds().values() if not kind.looks_last for op in kind.detect(delta)]
    told = delta.making(op.subject for op in made if op.moment is Effect.CREATE)
    rights = [op for kind in kinds().values() if kind.looks_last for op in kind.detect(told)]
    return in_order([*made, *rights], before, after)
