"""What readers of a view read, and what of it they miss when it changes."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.edges import closure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import Query


def tables_beneath(graph: SchemaGraph, view: Ref) -> Iterator[QualifiedName]:
    found = {ref for ref in closure(graph, view) if ref.kind is ObjectKind.TABLE}
    return (ref.relation for ref in sorted(found))


def view_loses(graph: SchemaGraph, was: Query) -> str:
    """In words, by the schema afterwards; "" where all its columns are there."""
    found = graph.relation(was.name)
    if found is None:
        return f"view {was.name}"
    left = (
        {output.name for output in found.outputs}
        if isinstance(found, Query)
        else {column.name for column in found.columns}
    )
    gone = [output.name for output in was.outputs if output.name not in left]
    return f"{', '.join(gone)} of view {was.name}" if gone else ""
