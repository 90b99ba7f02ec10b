"""Families of tables in a whole schema: who descends from whom, and what is on all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.following import detached, disinherited, follow, is_passed_on
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import PART_KINDS
from migrate_core.schema.not_null import usual_name
from migrate_core.schema.objects import Column, Constraint, Index, Table, Value
from migrate_core.schema.refs import ObjectKind, Ref

KEEPS_FOREIGN_KEYS = 15  # the first major in which DETACH keeps those to partitioned tables

Part = Constraint | Index


class Attached(Value, frozen=True, kw_only=True):
    """A partition's key or index, and the index of its parent that it is attached to."""

    table: QualifiedName
    to: QualifiedName
    index: Index | None = None
    key: Constraint | None = None
    exists: bool = False  # it stands already, and is only to be attached
    partitioned: bool = False  # the partition has partitions itself

    @property
    def part(self) -> Part:
        found = self.index or self.key
        assert found is not None  # it is one of them
        return found

    @property
    def name(self) -> QualifiedName:
        return self.table.renamed(self.part.name)


def descendants(graph: SchemaGraph, table: QualifiedName) -> tuple[QualifiedName, ...]:
    """All that inherit from a table or are partitions below it; parents before children."""
    found: dict[QualifiedName, None] = {}
    todo = list(graph.children.get(table, ()))
    while todo:
        name = todo.pop(0)
        if name not in found:
            found[name] = None
            todo += graph.children.get(name, ())
    return tuple(found)


def is_alone(graph: SchemaGraph, table: Table) -> bool:
    """Whether it is a plain table that shares its columns with no other."""
    shared = table.partition_key or table.partition_of or table.inherits or table.foreign
    return not shared and not graph.children.get(table.name)


def ancestors(graph: SchemaGraph, table: Table) -> Iterator[Table]:
    """The parent of a partition, its parent, and so on."""
    while table.partition_of is not None:
        parent = graph.table(table.partition_of.parent)
        if parent is None:
            return
        yield parent
        table = parent


def attached_to(graph: SchemaGraph, parent: QualifiedName, name: str) -> tuple[Attached, ...]:
    """What partitions have attached to a parent's key or index, and what is on that in turn."""
    return tuple(_attached_to(graph, parent, name))


def _attached_to(graph: SchemaGraph, parent: QualifiedName, name: str) -> Iterator[Attached]:
    for child in _children(graph, parent):
        for part in keys_of(child):
            if part.parent == name:
                yield _of(child, parent.renamed(name), part)
                yield from _attached_to(graph, child.name, part.name)


def to_attach(
    before: SchemaGraph, after: SchemaGraph, parent: QualifiedName, name: str
) -> tuple[Attached, ...]:
    """What kept partitions shall have attached to a key or an index that is made anew."""
    return tuple(_to_attach(before, after, parent, name))


def _to_attach(
    before: SchemaGraph, after: SchemaGraph, parent: QualifiedName, name: str
) -> Iterator[Attached]:
    for child in _children(after, parent):
        old = before.table(child.name)
        if old is None or old.partition_of != child.partition_of:
            continue
        for part in keys_of(child):
            if part.parent == name and (fits := _fits(old, part)) is not None:
                yield msgspec.structs.replace(_of(child, parent.renamed(name), part), exists=fits)
                yield from _to_attach(before, after, child.name, part.name)


def _fits(old: Table, part: Part) -> bool | None:
    """Whether a partition has the part already, unattached; None where another has its name."""
    same = old.constraint(part.name) or old.index(part.name)
    if same is None or same.parent is not None:
        return False
    blank = msgspec.structs.replace(part, parent=None, comment=same.comment)
    equal = type(same) is type(part) and same == blank
    return True if equal else None


def _of(child: Table, to: QualifiedName, part: Part) -> Attached:
    return Attached(
        table=child.name,
        to=to,
        index=part if isinstance(part, Index) else None,
        key=part if isinstance(part, Constraint) else None,
        partitioned=child.partition_key is not None,
    )


def keys_of(table: Any) -> Iterator[Part]:
    """What stands on an index."""
    yield from (c for c in table.constraints if c.type not in ("check", "foreign key"))
    yield from table.indexes


def taken_names(
    graph: SchemaGraph, table: QualifiedName, columns: Iterable[Column]
) -> tuple[tuple[str, str], ...]:
    """The columns whose NOT NULL has its usual name, which another in the schema has already,
    and that name: PostgreSQL would choose another unless it is told."""
    plain = (c.name for c in columns if not (c.not_null_rule and c.not_null_rule.name))
    names = ((column, usual_name(table.name, column)) for column in plain)
    taken = graph.named_not_nulls
    return tuple((c, n) for c, n in names if n and QualifiedName(table.schema, n) in taken)


def _children(graph: SchemaGraph, parent: QualifiedName) -> Iterator[Table]:
    for name in graph.children.get(parent, ()):
        child = graph.table(name)
        if child is not None:
            yield child


def with_attached(graph: SchemaGraph, parts: tuple[Attached, ...]) -> SchemaGraph:
    """The graph once partitions have the parts, and they are attached."""
    for one in parts:
        had = graph.get_part(one.table, one.part)
        comment = had.comment if one.exists and had else one.part.comment
        part = msgspec.structs.replace(one.part, comment=comment)
        table = graph.table(one.table)
        graph = graph.put(table.with_part(part)) if table else graph
    return graph


def default_partitions(graph: SchemaGraph, parent: QualifiedName) -> Iterator[QualifiedName]:
    """The DEFAULT partition of a table: one at most."""
    for name in graph.children.get(parent, ()):
        table = graph.table(name)
        if table and table.partition_of and table.partition_of.is_default:
            yield name


def alone(graph: SchemaGraph, child: Table) -> Table:
    """A partition after DETACH: up to 14 without its foreign keys to partitioned tables."""
    table = detached(child)
    if graph.major >= KEEPS_FOREIGN_KEYS:
        return table
    for key in child.constraints:
        other = graph.table(key.references) if key.references else None
        if other is not None and other.partition_key is not None:
            table = table.without_part(Constraint, key.name)
    return table


def settled(before: SchemaGraph, after: SchemaGraph) -> SchemaGraph:
    """`before` with every table that stays as its parents' changes will leave it.

    What still differs from `after` is a table's own. A partition that is detached, or moved
    to another bound, stands by itself meanwhile; a table that goes has been detached.
    """
    if not before.children and not after.children:
        return before
    graph = before
    for child in _parents_first(before):
        new = after.table(child.name)
        graph = graph.put(_settled(before, after, child, new))
    return graph


def _settled(before: SchemaGraph, after: SchemaGraph, child: Table, new: Table | None) -> Table:
    if child.partition_of is not None and (new is None or new.partition_of != child.partition_of):
        return alone(before, child)
    if new is None:
        return child
    for name in lost_parents(child, new):
        others = (before.table(o) for o in child.inherits if o != name)
        child = disinherited(child, name, [o for o in others if o])
    for parent, column in left_behind(before, after):
        if parent in child.inherits:
            child = child.change_column(column, local=True)
    for name in child.parents:
        old_parent, new_parent = before.table(name), after.table(name)
        if old_parent is not None and new_parent is not None:
            others = (after.table(other) for other in child.parents if other != name)
            known = [o for o in others if o]
            child = follow(child, old_parent, new_parent, known, major=before.major)
            child = _with_new_keys(before, after, child, old_parent, new_parent)
    return child


def left_behind(before: SchemaGraph, after: SchemaGraph) -> Iterator[tuple[QualifiedName, str]]:
    """Columns that go from a parent, and that one which inherits them keeps as its own."""
    for parent in before.children:
        old, new = before.table(parent), after.table(parent)
        if old is None or new is None or old.partition_key is not None:
            continue
        for column in old.columns:
            if new.column(column.name) is None and _is_kept(before, after, parent, column.name):
                yield parent, column.name


def _is_kept(before: SchemaGraph, after: SchemaGraph, parent: QualifiedName, column: str) -> bool:
    for child in _children(before, parent):
        had, new = child.column(column), after.table(child.name)
        if had and not had.local and new and parent in new.inherits and new.column(column):
            return True
    return False


def lost_parents(old: Table, new: Table) -> tuple[QualifiedName, ...]:
    return tuple(name for name in old.inherits if name not in new.inherits)


def gained_parents(old: Table | None, new: Table) -> tuple[QualifiedName, ...]:
    had = old.inherits if old else ()
    return tuple(name for name in new.inherits if name not in had)


def stuck(before: SchemaGraph, after: SchemaGraph) -> frozenset[Ref]:
    """Keys and indexes of partitioned tables that have to be made anew, because a partition
    shall have something else attached to them: PostgreSQL detaches none."""
    found = set()
    for parent in before.children:
        new_parent = after.table(parent)
        for child in _children(before, parent):
            new = after.table(child.name)
            if new_parent is None or new is None or new.partition_of != child.partition_of:
                continue
            for part in keys_of(child):
                root = _root(before, child, part)
                if root is not None and not _stays(part, child, new) and after.get(root):
                    found.add(root)
    return frozenset(found)


def _root(graph: SchemaGraph, child: Table, part: Part) -> Ref | None:
    """The topmost key or index that a partition's is attached to."""
    found = None
    while child.partition_of is not None and part.parent is not None:
        parent = graph.table(child.partition_of.parent)
        if parent is None:
            break
        above: Any = parent.constraint(part.parent) or parent.index(part.parent)
        if above is None:
            break
        found = Ref.of(PART_KINDS[type(above)], parent.name, above.name)
        child, part = parent, above
    return found


def _stays(part: Any, old: Table, new: Table) -> bool:
    """Whether it is attached afterwards too, maybe under another name, or to a renamed one."""
    same = new.constraint(part.name) or new.index(part.name)
    if same is None:
        had = {one.name for one in keys_of(old)}
        same = next(
            (p for p in keys_of(new) if p.name not in had and _rule(p) == _rule(part)), None
        )
    return same is not None and same.parent is not None and type(same) is type(part)


def _rule(part: Any) -> tuple[Any, ...]:
    return (type(part), part.definition, part.parent)


def goes_along(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """What goes with a part: constraints over a column, and the same from the tables below."""
    table = graph.table(ref.relation)
    part = graph.get(ref) if table is not None and ref.part else None
    if table is None or part is None:
        return
    if isinstance(part, Column):
        for over in table.constraints:
            if part.name in over.columns:
                yield Ref.of(ObjectKind.CONSTRAINT, table.name, over.name)
    for child in _children(graph, table.name):
        parts: tuple[Any, ...] = (*child.columns, *child.constraints, *child.indexes)
        for own in parts:
            if _is_from(own, part, child):
                below = Ref.of(PART_KINDS[type(own)], child.name, own.name)
                yield below
                yield from goes_along(graph, below)


def _is_from(own: Any, part: Any, child: Table) -> bool:
    if isinstance(part, Constraint | Index) and not is_passed_on(part):
        return isinstance(own, Constraint | Index) and own.parent == part.name
    if type(own) is not type(part) or own.name != part.name:
        return False
    return child.partition_of is not None or not own.local


def _with_new_keys(
    before: SchemaGraph, after: SchemaGraph, child: Table, old_parent: Table, new_parent: Table
) -> Table:
    """The keys and indexes that its parent's new ones bring along."""
    was = before.table(child.name)
    if child.partition_of is None or was is None:
        return child
    wanted = after.table(child.name)
    again = frozenset(ref.part for ref in _stuck_on(before, after, old_parent))
    for part in keys_of(child):
        child = child.without_part(type(part), part.name) if part.parent in again else child
    made = _made(old_parent, new_parent) | again
    for part in keys_of(wanted) if wanted else ():
        if part.parent in made and _fits(was, part) is not None:
            had = child.constraint(part.name) or child.index(part.name)
            comment = had.comment if had else part.comment
            child = child.with_part(msgspec.structs.replace(part, comment=comment))
    return child


def _stuck_on(before: SchemaGraph, after: SchemaGraph, parent: Table) -> Iterator[Ref]:
    """What is made anew on a partitioned table, by itself or with one above."""
    for ref in stuck(before, after):
        if ref.relation == parent.name:
            yield ref
        yield from (below for below in goes_along(before, ref) if below.relation == parent.name)


def _made(old: Table, new: Table) -> frozenset[str]:
    """Names of the keys and indexes that are new, or made anew; not of those only renamed."""
    had, has = ({p.name: (type(p), p.definition) for p in keys_of(t)} for t in (old, new))
    gone = [rule for name, rule in had.items() if name not in has]
    return frozenset(
        name
        for name, rule in has.items()
        if had.get(name) != rule and (name in had or rule not in gone)
    )


def _parents_first(graph: SchemaGraph) -> Iterator[Table]:
    seen: set[QualifiedName] = set()

    def visit(table: Table) -> Iterator[Table]:
        if table.name in seen:
            return
        seen.add(table.name)
        for name in table.parents:
            parent = graph.table(name)
            if parent is not None:
                yield from visit(parent)
        yield table

    family = {*graph.children, *(c for cs in graph.children.values() for c in cs)}
    pending = [t for t in graph.tables if t.partition_of or t.inherits or t.name in family]
    for table in pending:
        for one in visit(table):
            if one.partition_of or one.inherits:
                yield one


def referenced(
    graph: SchemaGraph, table: Table, keys: Iterable[Constraint]
) -> tuple[QualifiedName, ...]:
    """The other tables that a table's keys point at, with their partitions: all have triggers."""
    found = (key.references for key in keys if key.references and key.references != table.name)
    return tuple(dict.fromkeys(name for one in found for name in (one, *descendants(graph, one))))


def referring(graph: SchemaGraph, table: Table) -> tuple[QualifiedName, ...]:
    """The other tables whose foreign keys point at a partitioned table, or at one above it."""
    whole = {table.name, *(above.name for above in ancestors(graph, table))}
    found = {other for name in whole for other in graph.referring.get(name, ())}
    return tuple(sorted(found - whole))
