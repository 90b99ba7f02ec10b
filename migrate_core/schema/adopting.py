"""Keys and indexes that a table has when it becomes a partition: ATTACH takes them over."""

from __future__ import annotations

from typing import Any

import msgspec

from migrate_core.schema.following import attached
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table


def adopting(before: SchemaGraph, after: SchemaGraph) -> SchemaGraph:
    """`before` with the parts that need not be made anew, as they will be once attached.

    PostgreSQL attaches a part that is as its parent's, and builds none: what differs from
    `after` in nothing but that is no difference. Source: PostgreSQL documentation, ALTER
    TABLE, "ATTACH PARTITION"; observed on 15 and 18.
    """
    graph = before
    for new in after.tables:
        old = before.table(new.name)
        wanted = new.partition_of
        if old is None or wanted is None or wanted.detaching or old.partition_of is not None:
            continue
        parent = after.table(wanted.parent)
        if parent is not None:
            graph = graph.put(_adopting(old, new, attached(old, parent, wanted)))
    return graph


def _adopting(old: Table, new: Table, attached_: Table) -> Table:
    """`old` with what is attached to the same in both of the others."""
    kept: tuple[Any, ...] = (*old.constraints, *old.indexes)
    for part in kept:
        parents = [_parent(table, part) for table in (attached_, new)]
        if part.parent is None and parents[0] is not None and parents[0] == parents[1]:
            old = old.with_part(msgspec.structs.replace(part, parent=parents[0]))
    return old


def _parent(table: Table, part: Any) -> str | None:
    same: Any = table.constraint(part.name) or table.index(part.name)
    return same.parent if type(same) is type(part) else None
