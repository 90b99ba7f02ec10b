"""Tables that become partitioned, ordinary again, or partitioned otherwise.

PostgreSQL alters none of that: a new table takes the rows over. The partitions that only one
side has come and go with it; those that stay as tables of their own are detached before.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.schema import families
from migrate_core.schema.adopting import adopting
from migrate_core.schema.following import attached, detached, structure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.removal import without_table


def repartitioned(before: SchemaGraph, after: SchemaGraph) -> Iterator[tuple[Table, Table]]:
    keyed = {t.name for graph in (before, after) for t in graph.tables if t.partition_key}
    for name in sorted(keyed):
        old, new = before.table(name), after.table(name)
        if old and new and old.partition_key != new.partition_key:
            yield old, new


def partitions(graph: SchemaGraph, table: QualifiedName) -> Iterator[Table]:
    """All below a table, parents before children."""
    for name in families.descendants(graph, table):
        found = graph.table(name)
        if found is not None and found.partition_of is not None:
            yield found


def going(before: SchemaGraph, after: SchemaGraph, table: QualifiedName) -> tuple[Table, ...]:
    """Partitions whose rows the new table takes over, because nothing else keeps them."""
    kept = {child.name for child in partitions(after, table)}
    return tuple(
        child
        for child in partitions(before, table)
        if child.name in kept or after.table(child.name) is None
    )


def coming(before: SchemaGraph, after: SchemaGraph, table: QualifiedName) -> tuple[Table, ...]:
    """Partitions that are made with the new table, as that makes them."""
    had = {child.name for child in partitions(before, table)}
    return tuple(
        structure(child)
        for child in partitions(after, table)
        if child.name in had or before.table(child.name) is None
    )


def moving(before: SchemaGraph, after: SchemaGraph) -> frozenset[QualifiedName]:
    """Every partition that comes or goes with its table: none is made or detached by itself."""
    return frozenset(
        child.name
        for _old, new in repartitioned(before, after)
        for found in (going(before, after, new.name), coming(before, after, new.name))
        for child in found
    )


def settled(before: SchemaGraph, after: SchemaGraph) -> SchemaGraph:
    """families.settled(), with the partitions as repartitioned tables leave them, and what ATTACH
    takes over as it will be."""
    changed = [new for _old, new in repartitioned(before, after)]
    graph = before
    for table in changed:
        for child in going(before, after, table.name):
            graph = without_table(graph, child.name)
    graph = families.settled(graph, after)
    for table in changed:
        for child in coming(before, after, table.name):
            graph = put_partition(graph, child, table)
    return adopting(graph, after)


def put_partition(graph: SchemaGraph, child: Table, root: Table) -> SchemaGraph:
    """`child` attached to the partitioned table that it names, which is `root` or stands."""
    bound = child.partition_of
    assert bound is not None  # only partitions come along
    parent = root if bound.parent == root.name else graph.table(bound.parent)
    assert parent is not None  # parents come before children
    return graph.put(attached(detached(child), parent, bound))
