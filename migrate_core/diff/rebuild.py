"""What has to be made anew because something that it leans on changes.

PostgreSQL lets nobody drop a function that a view calls, or change the type of a column
that a view shows. So whatever leans on what is disturbed goes first and comes back after,
with all that leans on it in turn. Kinds need to know nothing of it: to them, what is rebuilt
is dropped and added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.operations.base import Effect, Operation
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.families import descendants
from migrate_core.schema.following import inherited_checks
from migrate_core.schema.graph import PART_KINDS, SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Index, Table
from migrate_core.schema.refs import ObjectKind, Ref

# Their rows, or what is in them, would not come back; their own kinds know what to do.
_STAYS = frozenset(
    {
        ObjectKind.SCHEMA,
        ObjectKind.EXTENSION,
        ObjectKind.ENUM,
        ObjectKind.DOMAIN,
        ObjectKind.COMPOSITE,
        ObjectKind.SEQUENCE,
        ObjectKind.TABLE,
        ObjectKind.COLUMN,
        ObjectKind.SERVER,
        ObjectKind.FOREIGN_DATA_WRAPPER,
        ObjectKind.PUBLICATION,
    }
)
# ALTER TYPE takes these along by itself.
_FOLLOWS_A_TYPE = frozenset({ObjectKind.INDEX, ObjectKind.CONSTRAINT, ObjectKind.STATISTICS})


def disturbed(delta: SchemaDelta, operations: Sequence[Operation]) -> frozenset[Ref]:
    """What leans on something that `operations` disturb, and is to stand afterwards."""
    found: set[Ref] = set()
    for operation in operations:
        goes = operation.moment is Effect.DROP
        for ref in operation.disturbs():
            for each in (ref, *_inherited(delta.before, ref)):
                for one in delta.before.dependents.get(each, ()):
                    if _must_go(delta, one, each, goes=goes):
                        found |= set(_whole(delta.before, _given_by(delta.before, one)))
    return frozenset(found)


def _inherited(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """The same part of all that inherit it."""
    if ref.part and graph.children:
        for name in descendants(graph, ref.relation):
            yield Ref.of(ref.kind, name, ref.part)


def _given_by(graph: SchemaGraph, ref: Ref) -> Ref:
    """The parent's part that this one goes with, and comes back with; else itself."""
    table = graph.table(ref.relation) if ref.part else None
    part = graph.get(ref) if table and table.parents else None
    if table is None or not isinstance(part, Constraint | Index):
        return ref
    for name in table.parents:
        parent = graph.table(name) or Table(name=name)
        if part.parent is not None:
            key = parent.constraint(part.parent) or parent.index(part.parent)
        else:
            checks = inherited_checks(parent) if isinstance(part, Constraint) else ()
            key = next((c for c in checks if c.name == part.name), None)
        if key is not None:
            return _given_by(graph, Ref.of(PART_KINDS[type(key)], name, key.name))
    return ref


def _must_go(delta: SchemaDelta, one: Ref, needed: Ref, *, goes: bool) -> bool:
    if one.kind in _STAYS or (not goes and one.kind in _FOLLOWS_A_TYPE):
        return False
    old, new = delta.before.get(one), delta.after.get(one)
    if old is None or new is None:
        return False
    # What no longer leans on it is changed before it goes.
    return not goes or old == new or needed in delta.after.needs_of.get(one, ())


def _whole(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """Itself; for what a generated column computes, the column with all that is on it."""
    column = graph.get(ref) if ref.kind is ObjectKind.DEFAULT else None
    if not isinstance(column, Column) or column.generated is None:
        yield ref
        return
    yield ref._replace(kind=ObjectKind.COLUMN)
    table = graph.table(ref.relation) or Table(name=ref.relation)
    for constraint in table.constraints:
        if column.name in constraint.columns:
            yield ref._replace(kind=ObjectKind.CONSTRAINT, part=constraint.name)
    for index in table.indexes:
        if column.name in index.columns:
            yield ref._replace(kind=ObjectKind.INDEX, part=index.name)
