"""What has to be made anew because something that it leans on changes.

PostgreSQL lets nobody drop a function that a view calls, or change the type of a column
that a view shows. So whatever leans on what is disturbed goes first and comes back after,
with all that leans on it in turn. Kinds need to know nothing of it: to them, what is rebuilt
is dropped and added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from migrate_core.operations.base import Effect, Operation
from migrate_core.pg.names import QualifiedName
from migrate_core.schema import queries, routines
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.edges import closure
from migrate_core.schema.families import descendants
from migrate_core.schema.following import inherited_checks
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import PART_KINDS, ref_of
from migrate_core.schema.objects import Column, Constraint, Index, Table
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref
from migrate_core.schema.routines import bare_name
from migrate_core.schema.views import MaterializedView, View

# Their rows, or what is in them, would not come back; their own kinds know what to do.
_STAYS = frozenset(
    {
        ObjectKind.SCHEMA,
        ObjectKind.EXTENSION,
        ObjectKind.ENUM,
        ObjectKind.DOMAIN,
        ObjectKind.COMPOSITE,
        ObjectKind.RANGE,
        ObjectKind.COLLATION,
        ObjectKind.SEQUENCE,
        ObjectKind.TABLE,
        ObjectKind.COLUMN,
        ObjectKind.SERVER,
        ObjectKind.FOREIGN_DATA_WRAPPER,
        ObjectKind.PUBLICATION,
    }
)
# Those of which PostgreSQL replaces some and refuses others.
_ANEW: dict[Any, Callable[[Any, Any], bool]] = {
    Routine: routines.made_anew,
    View: queries.made_anew,
    MaterializedView: queries.made_anew,
}
# ALTER TYPE of a column takes these along by itself.
_FOLLOWS_A_TYPE = frozenset({ObjectKind.INDEX, ObjectKind.CONSTRAINT, ObjectKind.STATISTICS})


def unalterable(delta: SchemaDelta) -> frozenset[Ref]:
    """What differs in a way that only dropping it and creating it again can bring about."""
    found: list[Any] = []
    for kind, anew in _ANEW.items():
        found += (new for old, new in delta.changed(kind) if anew(old, new))
    return frozenset(map(ref_of, found))


def regenerated(delta: SchemaDelta) -> frozenset[Ref]:
    """Columns that no ALTER makes computed, or plain again, with all that is on them."""
    found: set[Ref] = set()
    for table, old, new in delta.changed_parts(Column):
        was, becomes = old.generated, new.generated
        if (was is None and becomes) or (was and not was.stored and becomes is None):
            found |= set(_column(delta.before, Ref.of(ObjectKind.COLUMN, table.name, old.name)))
    return frozenset(found)


def disturbed(delta: SchemaDelta, operations: Sequence[Operation]) -> frozenset[Ref]:
    """What leans on something that `operations` disturb, and is to stand afterwards."""
    found: set[Ref] = set()
    for operation in operations:
        goes = operation.moment in (Effect.PARK, Effect.DROP)
        refs = operation.disturbs()
        tables = {ref.relation for ref in refs if ref.kind is ObjectKind.TABLE}
        for ref, one in _leaning(delta, refs):
            if _must_go(delta, one, ref, goes=goes or ref.relation in tables):
                found |= set(_whole(delta.before, _given_by(delta.before, one)))
        for one in operation.remakes(delta.before):
            if delta.before.get(one) is not None and delta.after.get(one) is not None:
                found.add(one)
    return frozenset(found)


def _leaning(delta: SchemaDelta, refs: Iterable[Ref]) -> Iterator[tuple[Ref, Ref]]:
    """(disturbed object, what leans on it); a table takes all that leans on its columns."""
    graph = delta.before
    for ref in (each for named in refs for each in (named, *_inherited(graph, named))):
        table = delta.origin.table(ref.relation) if ref.kind is ObjectKind.TABLE else None
        columns = table.columns if table is not None else ()
        for whole in (ref, *(Ref.of(ObjectKind.COLUMN, ref.relation, c.name) for c in columns)):
            for one in graph.dependents.get(whole, ()):
                inside = one.kind in PARTS_OF_RELATIONS and one.relation == ref.relation
                if not (columns and inside) and not _has_left(delta, one, whole.relation):
                    yield whole, one


def _has_left(delta: SchemaDelta, one: Ref, table: QualifiedName) -> bool:
    """Whether it is part of what is detached from `table` before: it leans on nothing there."""
    if one.kind not in PARTS_OF_RELATIONS:
        return False
    was, now = delta.origin.table(one.relation), delta.before.table(one.relation)
    return bool(was and now and table in was.parents and table not in now.parents)


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
    follows = needed.kind is ObjectKind.COLUMN and one.kind in _FOLLOWS_A_TYPE
    if one.kind in _STAYS or (not goes and follows):
        return False
    old, new = delta.before.get(one), delta.after.get(one)
    if old is None or new is None:
        return False
    # What no longer leans on it is changed before it goes; unless it calls a namesake of it,
    # of which PostgreSQL would find the one that goes.
    if not goes or old == new:
        return True
    still = closure(delta.after, one)
    return needed in still or any(_is_overload(needed, other) for other in still)


def _is_overload(one: Ref, other: Ref) -> bool:
    return one.kind is other.kind is ObjectKind.ROUTINE and bare_name(one) == bare_name(other)


def _whole(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """Itself; for what a generated column computes, the column with all that is on it."""
    column = graph.get(ref) if ref.kind is ObjectKind.DEFAULT else None
    if not isinstance(column, Column) or column.generated is None:
        yield ref
        return
    yield from _column(graph, ref._replace(kind=ObjectKind.COLUMN))


def _column(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    yield ref
    table = graph.table(ref.relation) or Table(name=ref.relation)
    for constraint in table.constraints:
        if ref.part in constraint.columns:
            yield ref._replace(kind=ObjectKind.CONSTRAINT, part=constraint.name)
    for index in table.indexes:
        if ref.part in index.columns:
            yield ref._replace(kind=ObjectKind.INDEX, part=index.name)
