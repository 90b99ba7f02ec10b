"""Types that PostgreSQL cannot change in place, and all that is of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.casts import Cast, between
from migrate_core.schema.definitions import Composite, Definition, Domain
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Column, Enum, Value
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.type_clauses import TypeThing

_TYPES = frozenset({ObjectKind.ENUM, ObjectKind.DOMAIN, ObjectKind.COMPOSITE, ObjectKind.RANGE})
_REPLACED = frozenset({ObjectKind.RANGE, ObjectKind.COLLATION})
_MULTIRANGE = re.compile(r"multirange_type_name = (.+)\)$")


class Member(Value, frozen=True, kw_only=True):
    """A type or a collation: the one field that is set."""

    enum: Enum | None = None
    domain: Domain | None = None
    composite: Composite | None = None
    definition: Definition | None = None

    @classmethod
    def of(cls, thing: TypeThing) -> Member:
        fields: dict[str, Any] = {type(thing).__name__.lower(): thing}
        return cls(**fields)

    @property
    def thing(self) -> TypeThing:
        found = self.enum or self.domain or self.composite or self.definition
        assert found is not None
        return found

    @property
    def ref(self) -> Ref:
        return ref_of(self.thing)

    @property
    def name(self) -> QualifiedName:
        """Also where PostgreSQL writes it whole."""
        name = self.thing.name
        return name if isinstance(name, QualifiedName) else QualifiedName.parse(name)

    @property
    def text(self) -> str:
        """What it says of other types."""
        thing = self.thing
        if isinstance(thing, Definition):
            return thing.create
        if isinstance(thing, Domain):
            return f"{thing.type} {thing.collation or ''}"
        if isinstance(thing, Composite):
            return " ".join(f"{a.type} {a.collation or ''}" for a in thing.attributes)
        return ""


class MovedColumn(Value, frozen=True, kw_only=True):
    """A column of a type that is replaced, or that sorts by such a collation."""

    table: QualifiedName
    column: str
    type: str
    collation: str | None = None

    @property
    def ref(self) -> Ref:
        return Ref.of(ObjectKind.COLUMN, self.table, self.column)


def replacements(delta: SchemaDelta) -> Iterator[tuple[Member, ...]]:
    """Each type to be replaced with all that is made of it, as they are to be; in order."""
    roots = {ref_of(thing): None for thing in _changed(delta)}
    groups = {root: leaning_types(delta.before, root) for root in roots}
    inside = {ref for group in groups.values() for ref in group}
    for root, group in groups.items():
        if root in inside:
            continue
        things = [delta.after.get(ref) for ref in (root, *sorted(group))]
        yield in_making_order(Member.of(thing) for thing in things if thing is not None)


def _changed(delta: SchemaDelta) -> Iterator[TypeThing]:
    """What no ALTER changes in place."""
    yield from (new for old, new in delta.changed(Enum) if not only_adds_values(old, new))
    graph = delta.before
    for was, becomes in delta.changed(Domain):
        other = (was.type, was.collation) != (becomes.type, becomes.collation)
        if other or (_asks_rows(was, becomes) and _is_hidden(graph, was)):
            yield becomes
    yield from (new for old, new in delta.changed(Composite) if not is_alterable(graph, old, new))
    for old, new in delta.changed(Definition):
        if new.kind in _REPLACED and (old.create, old.then) != (new.create, new.then):
            yield new


def replaced_types(delta: SchemaDelta) -> frozenset[Ref]:
    return frozenset(member.ref for members in replacements(delta) for member in members)


def _asks_rows(old: Domain, new: Domain) -> bool:
    """Whether ALTER DOMAIN has to look at values that are stored."""
    valid = {check.definition for check in old.constraints if check.validated}
    asked = any(c.validated and c.definition not in valid for c in new.constraints)
    return asked or (new.not_null and not old.not_null)


def _is_hidden(graph: SchemaGraph, domain: Domain) -> bool:
    """Whether its values stand in arrays or rows, where ALTER DOMAIN does not look."""
    ref = ref_of(domain)
    domains = {str(d.name) for d in graph.domains if ref_of(d) in leaning_types(graph, ref)}
    columns = (graph.get(column) for column in columns_leaning(graph, ref))
    return any(c is not None and c.type not in {str(domain.name), *domains} for c in columns)


def only_adds_values(old: Enum, new: Enum) -> bool:
    return tuple(value for value in new.values if value in old.values) == old.values


def is_alterable(graph: SchemaGraph, old: Composite, new: Composite) -> bool:
    """Whether ALTER TYPE can do it: it adds at the end, and alters what no column is of."""
    has = {a.name: a for a in new.attributes}
    had = {a.name: a for a in old.attributes}
    names = [a.name for a in old.attributes if a.name in has]
    names += [a.name for a in new.attributes if a.name not in had]
    if names != [a.name for a in new.attributes]:
        return False
    kept = [(had[name], has[name]) for name in names if name in had]
    alters = any((a.type, a.collation) != (b.type, b.collation) for a, b in kept)
    return not alters or not columns_leaning(graph, ref_of(old))


def leaning_types(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    """Types that are made of it, directly or not."""
    seen: set[Ref] = set()
    todo = [ref]
    while todo:
        for one in graph.dependents.get(todo.pop(), ()):
            if one.kind in _TYPES and one not in seen and one != ref:
                seen.add(one)
                todo.append(one)
    return frozenset(seen)


def columns_leaning(graph: SchemaGraph, ref: Ref) -> frozenset[Ref]:
    """Columns of the type or of one made of it."""
    return frozenset(
        one
        for type_ in (ref, *leaning_types(graph, ref))
        for one in graph.dependents.get(type_, ())
        if one.kind is ObjectKind.COLUMN
    )


def in_making_order(members: Iterable[Member]) -> tuple[Member, ...]:
    """Each after those that it names."""
    left = sorted(members, key=lambda member: member.ref)
    ordered: list[Member] = []
    while left:
        names = [str(member.name) for member in left]
        free = next(
            (m for m in left if not any(n in m.text for n in names if n != str(m.name))), left[0]
        )
        left.remove(free)
        ordered.append(free)
    return tuple(ordered)


def moved_columns(graph: SchemaGraph, members: Iterable[Member]) -> tuple[MovedColumn, ...]:
    """The columns of tables that are of one of `members`, in name order."""
    things = list(members)
    names = {name for member in things for name in type_names(member)}
    collations = {str(m.name) for m in things if m.ref.kind is ObjectKind.COLLATION}
    return tuple(
        MovedColumn(table=t.name, column=c.name, type=c.type, collation=c.collation)
        for t in graph.tables
        for c in t.columns
        if c.type.removesuffix("[]") in names or (c.collation in collations)
    )


def type_names(member: Member) -> Iterator[str]:
    """As a column's type is written; a range type comes with its multirange type."""
    if member.ref.kind is ObjectKind.COLLATION:
        return
    yield str(member.name)
    multirange = _MULTIRANGE.search(member.definition.create) if member.definition else None
    if multirange:
        yield multirange[1]


def conversion(column: MovedColumn, was: Member | None, to: Member | None) -> str | None:
    """What follows USING: by way of text, where no shorter way keeps every value."""
    if was is None or to is None:
        return None  # it only sorts otherwise
    is_array = column.type.endswith("[]")
    if was.domain and to.domain and was.domain.type != to.domain.type and not is_array:
        old, new = was.domain.type, to.domain.type
        if "." not in old and between(old, new) is Cast.ASSIGNED:
            return None
    if was.composite and to.composite and not is_array:
        return _row(column, was.composite, to.composite)
    return ddl("{column}::text::{type}", column=column.column, type=raw(column.type))


def _row(column: MovedColumn, was: Composite, to: Composite) -> str:
    """Attribute by attribute: they may stand in another order, and be more or fewer."""
    had = {a.name: a for a in was.attributes}
    values = (
        ddl(
            "({column}).{name}{text}::{type}",
            column=column.column,
            name=a.name,
            text=raw("::text" if _by_text(had[a.name].type, a.type) else ""),
            type=raw(a.type),
        )
        if a.name in had
        else ddl("NULL::{type}", type=raw(a.type))
        for a in to.attributes
    )
    return ddl(
        "CASE WHEN {column} IS DISTINCT FROM NULL THEN ROW({values})::{type} END",
        column=column.column,
        values=raw(", ".join(values)),
        type=raw(column.type),
    )


def _by_text(old: str, new: str) -> bool:
    """An explicit cast to a length would cut values without a word."""
    return "." in old + new or between(old, new) is not Cast.ASSIGNED or "(" in new


def is_of_type(column: Column | MovedColumn, member: Member) -> bool:
    return column.type.removesuffix("[]") in set(type_names(member))
