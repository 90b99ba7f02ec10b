"""What an object needs to exist: the edges that operations are ordered by.

`SchemaGraph.depends` holds what pg_depend tells. What the values themselves say comes on top:
a schema that was predicted, not read, knows no more than that.

That a sequence is owned by a column is no need of either: it is made first, then owned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from migrate_core.errors import InvalidNameError
from migrate_core.pg.lexer import mentions
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.cycles import loops
from migrate_core.schema.families import descendants
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import PART_FIELDS, ref_of
from migrate_core.schema.objects import Column, Constraint, Index, Relation, Sequence, Table
from migrate_core.schema.refs import PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.sequence_limits import room
from migrate_core.schema.views import Query

_IN_RELATIONS = PARTS_OF_RELATIONS | RELATIONS
# What comes once a relation stands, and goes with it.
_LATER_PARTS = {kind: name for kind, name in PART_FIELDS.items() if kind is not ObjectKind.COLUMN}
_OF_A_COLUMN = (ObjectKind.COLUMN, ObjectKind.DEFAULT)
_NAME = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)'  # as quote_ident() writes it
_QUALIFIED = re.compile(rf"{_NAME}\.{_NAME}")
_REGCLASS = re.compile(r"(\bE)?'((?:[^']|'')+)'::regclass")


def closure(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    """Everything `ref` depends on, directly or not, without itself."""
    known: dict[Ref, tuple[Ref, ...]] = graph.memo.setdefault("needs", {})
    seen: set[Ref] = set()
    todo = [ref]
    while todo:
        one = todo.pop()
        if one not in known:
            known[one] = tuple(needs(graph, one))
        for needed in known[one]:
            if needed not in seen:
                seen.add(needed)
                todo.append(needed)
    return frozenset(seen - {ref})


def removal_needs(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    """What `ref` leans on while it stands: of a relation, what its parts need too."""
    found = closure(graph, ref)
    relation = graph.relation(ref.relation) if ref.kind in RELATIONS else None
    if relation is not None:
        for kind, field in _LATER_PARTS.items():
            for part in getattr(relation, field, ()):
                found |= closure(graph, Ref.of(kind, ref.relation, part.name))
    return found - {ref}


def needs(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """What `ref` depends on directly; nothing where the graph does not hold it."""
    yield from _direct(graph, ref)
    yield from _by_kind(ref)
    relation = graph.relation(ref.relation) if ref.kind in _IN_RELATIONS else None
    if relation is None or (ref.part and graph.get(ref) is None):
        return
    if ref.kind in PARTS_OF_RELATIONS:
        yield ref_of(relation)
    if isinstance(relation, Table) and relation.parents:
        yield from _of_parents(graph, relation, ref)
    if ref.kind is ObjectKind.TABLE:
        yield from _table(graph, relation)
    elif ref.kind is ObjectKind.VIEW:
        yield from _defaults(graph, relation)
    elif ref.kind in _PART_NEEDS:
        yield from _PART_NEEDS[ref.kind](graph, relation, ref.part)


def _direct(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """By `depends`; of a view that is created empty, only what it needs then."""
    empty = ref.kind is ObjectKind.VIEW and ref in loops(graph)
    for needed in graph.needs_of.get(ref, ()):
        if not (empty and needed.kind is ObjectKind.ROUTINE):
            yield needed


def _by_kind(ref: Ref) -> Iterator[Ref]:
    if ref.kind is ObjectKind.FOREIGN_TABLE:
        yield ref._replace(kind=ObjectKind.TABLE)
    if ref.schema and ref.kind not in PARTS_OF_RELATIONS:
        yield Ref(ObjectKind.SCHEMA, name=ref.schema)


def _table(graph: SchemaGraph, table: Relation) -> Iterator[Ref]:
    """What its columns and inline checks name; not its foreign keys, which come later."""
    texts = [text for column in table.columns for text in _texts(column)]
    texts += [c.definition for c in table.constraints if c.type == "check"]
    yield from _types_and_sequences(graph, texts)
    if not graph.depends:
        return
    own = [Ref.of(kind, table.name, c.name) for c in table.columns for kind in _OF_A_COLUMN]
    own += [
        Ref.of(ObjectKind.CONSTRAINT, table.name, c.name) for c in table.constraints if c.inline
    ]
    waiting = loops(graph)
    for part in own:
        if part in waiting:
            continue
        yield from (ref for ref in graph.needs_of.get(part, ()) if not _is_part_of(ref, table))


def _defaults(graph: SchemaGraph, view: Relation) -> Iterator[Ref]:
    """What the defaults of a view's columns call: they come with the view."""
    for output in view.outputs if isinstance(view, Query) else ():
        if output.default is not None:
            yield from graph.needs_of.get(Ref.of(ObjectKind.DEFAULT, view.name, output.name), ())


def full_needs(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    """Everything that a view which is created empty needs once it is whole."""
    direct = graph.needs_of.get(ref, ())
    return frozenset(direct).union(*(closure(graph, needed) for needed in direct)) - {ref}


def _of_parents(graph: SchemaGraph, table: Table, ref: Ref) -> Iterator[Ref]:
    """A child's part follows its parent's: it comes of that, or differs from it."""
    own = graph.get(ref) if ref.kind in (ObjectKind.CONSTRAINT, ObjectKind.INDEX) else None
    for name in table.parents:
        yield Ref.of(ObjectKind.TABLE, name)
        if ref.kind in _OF_A_COLUMN:
            yield Ref.of(ref.kind, name, ref.part)
        elif ref.kind is ObjectKind.TABLE and table.inherits:
            parent = graph.table(name)
            for part in parent.columns if parent else ():
                yield Ref.of(ObjectKind.DEFAULT, name, part.name)
            for check in parent.constraints if parent else ():
                yield Ref.of(ObjectKind.CONSTRAINT, name, check.name)
        elif own is not None:
            part = own.parent or own.name
            yield Ref.of(ObjectKind.CONSTRAINT, name, part)
            yield Ref.of(ObjectKind.INDEX, name, part)


def _is_part_of(ref: Ref, table: Relation) -> bool:
    """A key of a partition leans on its parent's; the table itself can do without."""
    whole = (table.name, *(table.parents if isinstance(table, Table) else ()))
    return ref.kind in PARTS_OF_RELATIONS and ref.relation in whole


def _default(graph: SchemaGraph, table: Relation, name: str) -> Iterator[Ref]:
    yield Ref.of(ObjectKind.COLUMN, table.name, name)


def _column(graph: SchemaGraph, table: Relation, name: str) -> Iterator[Ref]:
    column = table.column(name)
    if column is None:
        return
    yield from _types_and_sequences(graph, _texts(column))
    yield from graph.needs_of.get(Ref.of(ObjectKind.DEFAULT, table.name, name), ())
    if column.generated:
        for other in table.columns:
            if other.name != column.name and mentions(column.generated.expression, other.name):
                yield Ref.of(ObjectKind.COLUMN, table.name, other.name)


def _texts(column: Column) -> list[str]:
    generated = column.generated.expression if column.generated else None
    return [text for text in (column.type, column.default, generated) if text]


def _types_and_sequences(graph: SchemaGraph, texts: list[str]) -> Iterator[Ref]:
    text = "\0".join(texts)  # no name holds a NUL, so none is found across two of them
    named = _QUALIFIED.findall(text) if graph.enum_names and "." in text else ()
    yield from (graph.enum_names[name] for name in named if name in graph.enum_names)
    for name in _sequence_names(text):
        if graph.find(Sequence, name):
            yield Ref.of(ObjectKind.SEQUENCE, name)


def _sequence_names(text: str) -> Iterator[QualifiedName]:
    """What stands as 'schema.name'::regclass, as in nextval()."""
    for escaped, quoted in _REGCLASS.findall(text):
        name = quoted.replace("''", "'")
        with suppress(InvalidNameError):  # a catalog's own, which needs no schema
            yield QualifiedName.parse(name.replace("\\\\", "\\") if escaped else name)


def numbers_for(graph: SchemaGraph, column: Column) -> int | None:
    """How many rows its sequence can number; None where it has none, or one without an end."""
    if column.identity is not None:
        return room(column.identity.options, column.type)
    calls = column.default or ""
    if not calls.startswith("nextval("):
        return None
    found = (graph.find(Sequence, name) for name in _sequence_names(calls))
    sequence = next(filter(None, found), None)
    return room(sequence.options, column.type) if sequence else None


def _constraint(graph: SchemaGraph, table: Relation, name: str) -> Iterator[Ref]:
    constraint = table.constraint(name)
    if constraint is None:
        return
    yield from _columns_of(table, constraint)
    yield from _types_and_sequences(graph, [constraint.definition])
    if constraint.references is None:
        return
    yield Ref.of(ObjectKind.TABLE, constraint.references)
    yield from _partitions(graph, table, constraint.references)
    other = graph.table(constraint.references)
    for key in constraint.ref_columns:
        yield Ref.of(ObjectKind.COLUMN, constraint.references, key)
    if other is not None:
        yield from _keys_of(other, frozenset(constraint.ref_columns))


def _partitions(graph: SchemaGraph, table: Relation, other: QualifiedName) -> Iterator[Ref]:
    """A key to a partitioned table finds its rows once they are partitions; not its own."""
    below = descendants(graph, other) if graph.children else ()
    if table.name != other and table.name not in below:
        for name in below:
            yield Ref.of(ObjectKind.PARTITION, name)


def _keys_of(table: Relation, columns: frozenset[str]) -> Iterator[Ref]:
    for constraint in table.constraints:
        if constraint.type in ("primary key", "unique") and columns <= set(constraint.columns):
            yield Ref.of(ObjectKind.CONSTRAINT, table.name, constraint.name)
    for index in table.indexes:
        if index.unique and columns <= set(index.columns):
            yield Ref.of(ObjectKind.INDEX, table.name, index.name)


def _columns_of(table: Relation, part: Constraint | Index) -> Iterator[Ref]:
    return (Ref.of(ObjectKind.COLUMN, table.name, name) for name in part.columns)


def _index(graph: SchemaGraph, table: Relation, name: str) -> Iterator[Ref]:
    index = table.index(name)
    if index is not None:
        yield from _columns_of(table, index)
        yield from _types_and_sequences(graph, [index.definition])


def _policy(graph: SchemaGraph, table: Relation, name: str) -> Iterator[Ref]:
    policy = table.policy(name)
    if policy is None:
        return
    text = f"{policy.using or ''} {policy.check or ''}"
    for column in table.columns:
        if mentions(text, column.name):
            yield Ref.of(ObjectKind.COLUMN, table.name, column.name)
    for other in graph.tables:
        if other.name != table.name and str(other.name) in text:
            yield Ref.of(ObjectKind.TABLE, other.name)
    yield from _types_and_sequences(graph, [text])


def default_claim(table: QualifiedName, column: str) -> tuple[str, str]:
    """What a default and an identity contend for: a column has one of them."""
    return (str(table), f"default of {column}")


def column_ref(table: QualifiedName, column: str) -> Ref:
    return Ref.of(ObjectKind.COLUMN, table, column)


_PART_NEEDS: dict[ObjectKind, Callable[[SchemaGraph, Relation, str], Iterator[Ref]]] = {
    ObjectKind.COLUMN: _column,
    ObjectKind.DEFAULT: _default,
    ObjectKind.CONSTRAINT: _constraint,
    ObjectKind.INDEX: _index,
    ObjectKind.POLICY: _policy,
}
