"""SchemaGraph: one database's schema at one moment, as a value."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema import access, lookups
from migrate_core.schema.access import PUBLIC_SCHEMA, DefaultPrivilege, Owner, Privilege
from migrate_core.schema.definitions import Composite, Definition, Domain, Routine
from migrate_core.schema.following import follow
from migrate_core.schema.kinds import (
    FIELDS,
    PART_FIELDS,
    PART_KINDS,
    RELATION_KINDS,
    TOP_KINDS,
    ref_of,
)
from migrate_core.schema.objects import (
    Constraint,
    Enum,
    Extension,
    Other,
    Relation,
    Schema,
    Sequence,
    Table,
    Thing,
    Value,
)
from migrate_core.schema.refs import IN_SCHEMA, PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, Query, View

T = TypeVar("T", bound=Thing)


class SchemaGraph(Value, frozen=True, kw_only=True, dict=True, gc=True):
    """Each field stands in the order of its things' keys, so equal schemas are equal values.

    Arrays, not maps: jsonb reorders keys, and a name that is not text cannot be one.
    `depends` is what pg_depend tells beyond the values' own fields: (object, what it needs).
    It orders operations and is no part of what makes two schemas the same.
    `owners`, `privileges` and `default_privileges` hold what differs from what PostgreSQL does
    by itself for `reader`, the role that read the schema. `silent` names those of the three that
    the source says nothing of: see schema/silence.py.
    """

    schemas: tuple[Schema, ...] = ()
    extensions: tuple[Extension, ...] = ()
    enums: tuple[Enum, ...] = ()
    domains: tuple[Domain, ...] = ()
    composites: tuple[Composite, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    routines: tuple[Routine, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    materialized_views: tuple[MaterializedView, ...] = ()
    definitions: tuple[Definition, ...] = ()
    owners: tuple[Owner, ...] = ()
    privileges: tuple[Privilege, ...] = ()
    default_privileges: tuple[DefaultPrivilege, ...] = ()
    others: tuple[Other, ...] = ()
    reader: str = ""
    major: int = 0  # of the PostgreSQL it was read from; 0 where it was read from none
    silent: tuple[str, ...] = ()
    depends: tuple[tuple[Ref, Ref], ...] = ()

    def find(self, kind: type[T], key: Any) -> T | None:
        found: T | None = self._by_key(kind).get(key)
        return found

    def table(self, name: QualifiedName) -> Table | None:
        return self.find(Table, name)

    def relation(self, name: QualifiedName) -> Relation | None:
        """The table, view or materialized view: they share their names."""
        return next((r for kind in RELATION_KINDS if (r := self.find(kind, name))), None)

    def get(self, ref: Ref) -> Any:
        """The object or the part that `ref` names, or None."""
        if ref.kind in PARTS_OF_RELATIONS:
            return _part(self.relation(ref.relation), ref)
        if ref.kind is ObjectKind.FOREIGN_TABLE:
            return self.table(ref.relation)
        for kind, top in TOP_KINDS.items():
            if top is ref.kind:
                return self.find(kind, ref.relation if ref.kind in IN_SCHEMA else ref.name)
        return self.find(Definition, (ref.kind.value, ref.name))

    def get_part(self, relation: QualifiedName, part: Any) -> Any:
        """The relation's part of the kind and name of `part`, or None."""
        return self.get(Ref.of(PART_KINDS[type(part)], relation, part.name))

    def put(self, thing: Thing) -> SchemaGraph:
        """A copy with the object added, or put in the place of its namesake.

        What is new comes with the rights that default privileges give it.
        """
        kind, had = type(thing), self.find(type(thing), thing.key)
        found: tuple[Any, ...] = getattr(self, FIELDS[kind])
        at = _position(found, thing.key)
        things = list(found)
        things[at : at + (had is not None)] = [thing]
        return self._replaced(kind, tuple(things), had, thing)

    def drop(self, kind: type[Thing], key: Any) -> SchemaGraph:
        """A copy without the object, and without the rights on it."""
        had = self.find(kind, key)
        if had is None:
            return self
        left = tuple(thing for thing in getattr(self, FIELDS[kind]) if thing is not had)
        return self._replaced(kind, left, had, None)

    def _replaced(
        self, kind: type[Thing], things: tuple[Any, ...], old: Thing | None, new: Thing | None
    ) -> SchemaGraph:
        """A copy with these objects of one kind, where one is another, or came or went."""
        made = self._copy(**{FIELDS[kind]: things})
        made._indexes[kind] = self._by_key(kind).with_changed(old, new)
        for name in lookups.kept(old, new):
            made._keep(self, name)
        return made._following(old, new)

    def rename(self, old: Thing, new: Thing) -> SchemaGraph:
        """A copy in which `old` is called as `new` is, with its rights and what needs it."""
        kind = type(old)
        left = tuple(thing for thing in getattr(self, FIELDS[kind]) if thing.key != old.key)
        at = _position(left, new.key)
        made = self._copy(**{FIELDS[kind]: (*left[:at], new, *left[at:])})
        return made.renaming(ref_of(old), ref_of(new))

    def _following(self, old: Thing | None, new: Thing | None) -> SchemaGraph:
        """Owners and privileges after an object became another, came or went."""
        has_rights = self.owners or self.privileges or self.default_privileges
        if not has_rights and not isinstance(old or new, Schema):
            return self
        had = access.with_rights_of(old, ref_of(old)) if old is not None else frozenset[Ref]()
        has = access.with_rights_of(new, ref_of(new)) if new is not None else frozenset[Ref]()
        return self._without_rights(had - has)._with_born(has - had) if had != has else self

    def _without_rights(self, gone: frozenset[Ref]) -> SchemaGraph:
        schemas = {ref.name for ref in gone if ref.kind is ObjectKind.SCHEMA}
        return self._copy(
            owners=tuple(o for o in self.owners if o.object not in gone),
            privileges=tuple(p for p in self.privileges if p.object not in gone),
            default_privileges=tuple(d for d in self.default_privileges if d.schema not in schemas),
        )

    def _with_born(self, new: frozenset[Ref]) -> SchemaGraph:
        more = [p for ref in new for p in access.born(self.default_privileges, ref)]
        owners = self.owners
        if PUBLIC_SCHEMA in new and self.reader:
            own = Owner(object=PUBLIC_SCHEMA, role=self.reader)
            owners = access.owners_in_order((*owners, own))
        privileges = access.in_order((*self.privileges, *more)) if more else self.privileges
        return self._copy(owners=owners, privileges=privileges)

    def edit(self, table: QualifiedName, change: Callable[[Any], Relation]) -> SchemaGraph:
        """A copy in which `change` was made to one relation, if it is there; what inherits
        from it, or is a partition of it, has followed."""
        found = self.relation(table)
        if found is None:
            return self
        changed = change(found)
        graph = self.put(changed)
        return graph._passed_on(found, changed) if isinstance(found, Table) else graph

    def edit_only(self, table: QualifiedName, change: Callable[[Any], Relation]) -> SchemaGraph:
        """A copy in which one relation changed, and none that inherits from it: ONLY."""
        found = self.relation(table)
        return self if found is None else self.put(change(found))

    @cached_property
    def children(self) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
        """Which tables inherit from each, or are partitions of it."""
        return lookups.children(self.tables)

    @cached_property
    def referring(self) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
        """Which tables have foreign keys to each."""
        return lookups.referring(self.tables)

    def foreign_keys_to(self, table: QualifiedName) -> Iterator[tuple[Table, Constraint]]:
        """Those of the table itself among them, in the order of their tables."""
        for name in self.referring.get(table, ()):
            found = self.find(Table, name)
            for key in found.constraints if found else ():
                if found is not None and key.references == table:
                    yield found, key

    @cached_property
    def named_not_nulls(self) -> frozenset[QualifiedName]:
        """Names that a NOT NULL has though PostgreSQL would not give it them, by schema."""
        return lookups.named_not_nulls(self.tables)

    @cached_property
    def owned_sequences(self) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
        """Which sequences belong to columns of each table, those of identities apart."""
        return lookups.owned_sequences(self.sequences)

    @cached_property
    def enum_names(self) -> Mapping[str, Ref]:
        """By their names as they stand in texts."""
        return {str(enum.name): ref_of(enum) for enum in self.enums}

    def _passed_on(self, old: Table, new: Relation) -> SchemaGraph:
        graph = self
        for name in self.children.get(old.name, ()):
            child = graph.table(name)
            if child is None or not isinstance(new, Table):
                continue
            others = (graph.table(parent) for parent in child.parents if parent != old.name)
            known = [other for other in others if other]
            followed = follow(child, old, new, known, major=self.major)
            if followed != child:
                graph = graph.put(followed)._passed_on(child, followed)
        return graph

    def edit_all(self, change: Callable[[Table], Table]) -> SchemaGraph:
        return self._copy(tables=tuple(change(table) for table in self.tables))

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What was computed of this graph once; a copy computes it again."""
        return {}

    @cached_property
    def needs_of(self) -> Mapping[Ref, tuple[Ref, ...]]:
        """What each object needs, by `depends`."""
        return lookups.needs_of(self.depends)

    @cached_property
    def dependents(self) -> Mapping[Ref, tuple[Ref, ...]]:
        """What needs each object, by `depends`."""
        return lookups.dependents(self.depends)

    @cached_property
    def calls(self) -> tuple[tuple[Ref, Ref], ...]:
        """What needs a routine, and that routine."""
        return lookups.calls(self.depends)

    def renaming(self, old: Ref, new: Ref) -> SchemaGraph:
        """A copy whose `depends` calls an object, and with a relation its parts, `new`."""

        def now(ref: Ref) -> Ref:
            if ref == old:
                return new
            inside = old.kind in RELATIONS and ref.kind in PARTS_OF_RELATIONS
            if inside and ref.relation == old.relation:
                return Ref(ref.kind, new.schema, new.name, ref.part)
            if old.kind is ObjectKind.COLUMN and ref == old._replace(kind=ObjectKind.DEFAULT):
                return new._replace(kind=ObjectKind.DEFAULT)
            return ref

        owners = (Owner(object=now(o.object), role=o.role) for o in self.owners)
        privileges = (access.renamed(p, now(p.object)) for p in self.privileges)
        return self._copy(
            depends=tuple(sorted((now(one), now(needed)) for one, needed in self.depends)),
            owners=access.owners_in_order(owners),
            privileges=access.in_order(privileges),
        )

    @cached_property
    def owner_of(self) -> Mapping[Ref, str]:
        """Of what does not belong to the reader."""
        return lookups.owner_of(self.owners)

    @cached_property
    def privileges_of(self) -> Mapping[Ref, tuple[Privilege, ...]]:
        return lookups.privileges_of(self.privileges)

    @cached_property
    def sequence_owners(self) -> Mapping[Ref, Ref]:
        """Sequence -> the table whose column owns it, those of identities among them."""
        found = {
            ref_of(sequence): Ref.of(ObjectKind.TABLE, sequence.owned_by.table)
            for sequence in self.sequences
            if sequence.owned_by
        }
        for table in self.tables:
            for column in table.columns:
                if column.identity:
                    name = column.identity.sequence
                    found[Ref.of(ObjectKind.SEQUENCE, name)] = ref_of(table)
        return found

    @cached_property
    def defaults_of(self) -> Mapping[str, tuple[DefaultPrivilege, ...]]:
        """Default privileges by what they are about: `of app on tables in sales`."""
        found: dict[str, list[DefaultPrivilege]] = defaultdict(list)
        for default in self.default_privileges:
            found[access.about(default)].append(default)
        return {about: tuple(defaults) for about, defaults in found.items()}

    def with_privileges(self, ref: Ref, privileges: Iterable[Privilege]) -> SchemaGraph:
        """A copy in which these are the rights on one object."""
        others = (p for p in self.privileges if p.object != ref)
        return self._copy(privileges=access.in_order((*others, *privileges)))

    def with_owner(self, ref: Ref, role: str) -> SchemaGraph:
        """A copy in which the object belongs to `role`; none: to the reader."""
        owners = [o for o in self.owners if o.object != ref]
        own = role != self.reader or ref == PUBLIC_SCHEMA
        owners += [Owner(object=ref, role=role)] if role and own else []
        return self._copy(owners=access.owners_in_order(owners))

    def with_rights(
        self, refs: Iterable[Ref], owners: Iterable[Owner], privileges: Iterable[Privilege]
    ) -> SchemaGraph:
        """A copy in which `refs` have these owners, and exactly these of the privileges."""
        graph, wanted, listed = self, frozenset(refs), tuple(privileges)
        for ref in wanted:
            graph = graph.with_privileges(ref, (p for p in listed if p.object == ref))
        for owner in owners:
            graph = graph.with_owner(owner.object, owner.role) if owner.object in wanted else graph
        return graph

    def same(self, other: SchemaGraph) -> bool:
        """Equal but for the order of columns and options."""
        relations = {FIELDS[kind] for kind in RELATION_KINDS}
        return all(
            _all_alike(getattr(self, field), getattr(other, field))
            if field in relations
            else getattr(self, field) == getattr(other, field)
            for field in self.__struct_fields__
            if field not in _NOT_COMPARED
        )

    def normal(self) -> SchemaGraph:
        relations = {
            FIELDS[kind]: tuple(relation.normal for relation in getattr(self, FIELDS[kind]))
            for kind in RELATION_KINDS
        }
        return msgspec.structs.replace(self, **relations, depends=(), reader="", silent=(), major=0)

    @cached_property
    def _indexes(self) -> dict[type, lookups.Index]:
        return {}

    def _by_key(self, kind: type) -> lookups.Index:
        if kind not in self._indexes:
            self._indexes[kind] = lookups.Index(getattr(self, FIELDS[kind]))
        return self._indexes[kind]

    @property
    def root(self) -> SchemaGraph:
        """What this one was predicted from, by one change after another: `depends` tells of
        objects as they were there."""
        found: SchemaGraph = self.__dict__.get("_root", self)
        return found

    def _copy(self, **changes: Any) -> SchemaGraph:
        """A copy that keeps what was found of all that does not change."""
        made = msgspec.structs.replace(self, **changes)
        made.__dict__["_root"] = self.root
        for name, sources in lookups.SOURCES.items():
            if sources.isdisjoint(changes):
                made._keep(self, name)
        for kind, index in self._indexes.items():
            if FIELDS[kind] not in changes:
                made._indexes[kind] = index
        return made

    def _keep(self, before: SchemaGraph, name: str) -> None:
        if name in before.__dict__:
            self.__dict__[name] = before.__dict__[name]


# Where it was read, and in which words, is no part of a schema.
_NOT_COMPARED = {"depends", "reader", "silent", "major"}


def _all_alike(ours: tuple[Relation, ...], theirs: tuple[Relation, ...]) -> bool:
    pairs = zip(ours, theirs, strict=False)
    same = all(a is b or a == b or a.normal == b.normal for a, b in pairs)
    return len(ours) == len(theirs) and same


def _position(found: tuple[Any, ...], key: Any) -> int:
    return bisect_left(found, key, key=lambda thing: thing.key)


def _part(relation: Relation | None, ref: Ref) -> Any:
    kind = ObjectKind.COLUMN if ref.kind is ObjectKind.DEFAULT else ref.kind
    if isinstance(relation, Query) and kind is ObjectKind.COLUMN:
        return relation.output(ref.part)
    field = PART_FIELDS[kind]
    parts = getattr(relation, field) if relation is not None else ()
    return next((part for part in parts if part.name == ref.part), None)
