"""Objects that something they call leans on in turn: they are made in two steps.

A default calls a function that takes its table's rows; a view calls a function that returns
the view's rows. The table is made without the default, the view without its query.
"""

from __future__ import annotations

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import Query

_MADE_LATER = frozenset({ObjectKind.DEFAULT, ObjectKind.CONSTRAINT, ObjectKind.VIEW})


def loops(graph: SchemaGraph) -> frozenset[Ref]:
    """Defaults, checks and views that have to wait for a routine that waits for them."""
    found = graph.memo.get("loops")
    if found is None:
        found = graph.memo["loops"] = frozenset(_loops(graph))
    return found


def _loops(graph: SchemaGraph) -> set[Ref]:
    reached: dict[Ref, frozenset[Ref]] = {}
    found: set[Ref] = set()
    for one, needed in graph.calls:
        if one.kind not in _MADE_LATER:
            continue
        if needed not in reached:
            reached[needed] = _reach(graph, needed)
        relation = graph.relation(one.relation)
        if relation is not None and ref_of(relation) in reached[needed] and _splits(graph, one):
            found.add(one)
    return found


def _splits(graph: SchemaGraph, ref: Ref) -> bool:
    """A generated column is one with what it computes."""
    part = graph.get(ref)
    if isinstance(part, Column):
        return part.generated is None
    return isinstance(part, Query) or (isinstance(part, Constraint) and part.type == "check")


def _reach(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    seen, todo = {ref}, [ref]
    while todo:
        for needed in graph.needs_of.get(todo.pop(), ()):
            more = [needed]
            relation = graph.relation(needed.relation) if needed.schema else None
            if needed.kind in PARTS_OF_RELATIONS and relation is not None:
                more.append(ref_of(relation))
            todo += [one for one in more if one not in seen]
            seen.update(more)
    return frozenset(seen)


def looping_views(graph: SchemaGraph) -> frozenset[QualifiedName]:
    return frozenset(ref.relation for ref in loops(graph) if ref.kind is ObjectKind.VIEW)


def later_parts(graph: SchemaGraph, table: Table) -> tuple[list[Column], list[Constraint]]:
    """Columns whose default, and checks that, CREATE TABLE cannot hold yet."""
    waiting = loops(graph)
    if not waiting:
        return [], []
    name = table.name
    columns = [c for c in table.columns if Ref.of(ObjectKind.DEFAULT, name, c.name) in waiting]
    checks = [
        c for c in table.constraints if Ref.of(ObjectKind.CONSTRAINT, name, c.name) in waiting
    ]
    return columns, checks
