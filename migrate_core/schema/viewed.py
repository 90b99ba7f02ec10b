"""What readers of a view read, and what of it they miss when it changes."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.edges import closure
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import Query, View


def tables_beneath(graph: SchemaGraph, view: Ref) -> Iterator[QualifiedName]:
    found = {ref for ref in closure(graph, view) if ref.kind is ObjectKind.TABLE}
    return (ref.relation for ref in sorted(found))


def stands_for(graph: SchemaGraph, view: QualifiedName, table: QualifiedName) -> bool:
    """Whether whoever names the view reads and writes all of the table, with the same rights.

    The view is one that PostgreSQL writes through: the table's columns and nothing else. Row
    security asks for the view's owner, so a table that has it is not stood for.
    """
    seen, behind = graph.find(View, view), graph.table(table)
    if seen is None or behind is None or behind.row_security:
        return False
    if seen.definition.rpartition("\n   FROM ")[2] != str(table):
        return False
    shown = {(output.name, output.type) for output in seen.outputs}
    rights = _rights(graph, Ref.of(ObjectKind.TABLE, table))
    return _columns(behind) <= shown and rights <= _rights(graph, Ref.of(ObjectKind.VIEW, view))


def _columns(table: Table) -> set[tuple[str, str]]:
    return {(column.name, column.type) for column in table.columns}


def _rights(graph: SchemaGraph, of: Ref) -> set[tuple[str, str]]:
    given = (p for p in graph.privileges if p.object == of and p.state != "revoked")
    return {(right.grantee, right.privilege) for right in given}


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
