"""SchemaGraph: one database's schema at one moment, as a value."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema import access
from migrate_core.schema.access import PUBLIC_SCHEMA, DefaultPrivilege, Owner, Privilege
from migrate_core.schema.definitions import Composite, Definition, Domain, Routine
from migrate_core.schema.following import follow
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Enum,
    Extension,
    Index,
    Other,
    Policy,
    Relation,
    Rule,
    Schema,
    Sequence,
    Table,
    Thing,
    Trigger,
    Value,
)
from migrate_core.schema.refs import IN_SCHEMA, PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, Query, View

T = TypeVar("T", bound=Thing)

FIELDS: dict[type[Any], str] = {
    Schema: "schemas",
    Extension: "extensions",
    Enum: "enums",
    Domain: "domains",
    Composite: "composites",
    Sequence: "sequences",
    Routine: "routines",
    Table: "tables",
    View: "views",
    MaterializedView: "materialized_views",
    Definition: "definitions",
}
RELATION_KINDS: dict[type[Any], ObjectKind] = {
    Table: ObjectKind.TABLE,
    View: ObjectKind.VIEW,
    MaterializedView: ObjectKind.MATERIALIZED_VIEW,
}
TOP_KINDS: dict[type[Any], ObjectKind] = {
    Schema: ObjectKind.SCHEMA,
    Extension: ObjectKind.EXTENSION,
    Enum: ObjectKind.ENUM,
    Domain: ObjectKind.DOMAIN,
    Composite: ObjectKind.COMPOSITE,
    Sequence: ObjectKind.SEQUENCE,
    Routine: ObjectKind.ROUTINE,
    **RELATION_KINDS,
}


PART_KINDS: dict[type, ObjectKind] = {
    Column: ObjectKind.COLUMN,
    Constraint: ObjectKind.CONSTRAINT,
    Index: ObjectKind.INDEX,
    Policy: ObjectKind.POLICY,
    Trigger: ObjectKind.TRIGGER,
    Rule: ObjectKind.RULE,
}
PART_FIELDS = {kind: PARTS[part] for part, kind in PART_KINDS.items()}


class SchemaGraph(Value, frozen=True, kw_only=True, dict=True):
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
        found: tuple[T, ...] = getattr(self, FIELDS[kind])
        at = _position(found, key)
        return found[at] if at < len(found) and found[at].key == key else None

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
        found: tuple[Any, ...] = getattr(self, FIELDS[type(thing)])
        at = _position(found, thing.key)
        taken = at < len(found) and found[at].key == thing.key
        made = self._with(type(thing), (*found[:at], thing, *found[at + taken :]))
        made = made._following(found[at] if taken else None, thing)
        had = found[at] if taken else None
        if not isinstance(thing, Table) or (had is not None and had.parents == thing.parents):
            made._keep(self, "children")
        if not isinstance(thing, Table) or _rules(had) == _rules(thing):
            made._keep(self, "named_not_nulls")
        return made

    def drop(self, kind: type[Thing], key: Any) -> SchemaGraph:
        """A copy without the object, and without the rights on it."""
        found: tuple[Any, ...] = getattr(self, FIELDS[kind])
        left = tuple(thing for thing in found if thing.key != key)
        made = self._with(kind, left)
        if len(left) == len(found):
            return made
        had = self.find(kind, key)
        if not isinstance(had, Table) or not _rules(had):
            made._keep(self, "named_not_nulls")
        return made._following(had, None)

    def rename(self, old: Thing, new: Thing) -> SchemaGraph:
        """A copy in which `old` is called as `new` is, with its rights and what needs it."""
        kind = type(old)
        left = tuple(thing for thing in getattr(self, FIELDS[kind]) if thing.key != old.key)
        at = _position(left, new.key)
        made = self._with(kind, (*left[:at], new, *left[at:]))
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
        return msgspec.structs.replace(
            self,
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
        return msgspec.structs.replace(self, owners=owners, privileges=privileges)

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
        found: dict[QualifiedName, list[QualifiedName]] = defaultdict(list)
        for table in self.tables:
            for parent in table.parents:
                found[parent].append(table.name)
        return {parent: tuple(names) for parent, names in found.items()}

    @cached_property
    def named_not_nulls(self) -> frozenset[QualifiedName]:
        """Names that a NOT NULL has though PostgreSQL would not give it them, by schema."""
        return frozenset(name for table in self.tables for name in _rules(table))

    def _keep(self, before: SchemaGraph, known: str) -> None:
        """These change rarely: one look through all tables serves many graphs."""
        if known in before.__dict__:
            self.__dict__[known] = before.__dict__[known]

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
        return self._with(Table, tuple(change(table) for table in self.tables))

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What was computed of this graph once; a copy computes it again."""
        return {}

    @cached_property
    def needs_of(self) -> Mapping[Ref, tuple[Ref, ...]]:
        """What each object needs, by `depends`."""
        found: dict[Ref, list[Ref]] = defaultdict(list)
        for one, needed in self.depends:
            found[one].append(needed)
        return {one: tuple(needed) for one, needed in found.items()}

    @cached_property
    def dependents(self) -> Mapping[Ref, tuple[Ref, ...]]:
        """What needs each object, by `depends`."""
        found: dict[Ref, list[Ref]] = defaultdict(list)
        for one, needed in self.depends:
            found[needed].append(one)
        return {needed: tuple(ones) for needed, ones in found.items()}

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
        return msgspec.structs.replace(
            self,
            depends=tuple(sorted((now(one), now(needed)) for one, needed in self.depends)),
            owners=access.owners_in_order(owners),
            privileges=access.in_order(privileges),
        )

    @cached_property
    def owner_of(self) -> Mapping[Ref, str]:
        """Of what does not belong to the reader."""
        return {owner.object: owner.role for owner in self.owners}

    @cached_property
    def privileges_of(self) -> Mapping[Ref, tuple[Privilege, ...]]:
        found: dict[Ref, list[Privilege]] = defaultdict(list)
        for privilege in self.privileges:
            found[privilege.object].append(privilege)
        return {ref: tuple(privileges) for ref, privileges in found.items()}

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
        return msgspec.structs.replace(self, privileges=access.in_order((*others, *privileges)))

    def with_owner(self, ref: Ref, role: str) -> SchemaGraph:
        """A copy in which the object belongs to `role`; none: to the reader."""
        owners = [o for o in self.owners if o.object != ref]
        own = role != self.reader or ref == PUBLIC_SCHEMA
        owners += [Owner(object=ref, role=role)] if role and own else []
        return msgspec.structs.replace(self, owners=access.owners_in_order(owners))

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
        return self.normal() == other.normal()

    def normal(self) -> SchemaGraph:
        relations = {
            FIELDS[kind]: tuple(relation.normal for relation in getattr(self, FIELDS[kind]))
            for kind in RELATION_KINDS
        }
        return msgspec.structs.replace(self, **relations, depends=(), reader="", silent=(), major=0)

    def _with(self, kind: type, things: tuple[Any, ...]) -> SchemaGraph:
        return msgspec.structs.replace(self, **{FIELDS[kind]: things})


def _position(found: tuple[Any, ...], key: Any) -> int:
    return bisect_left(found, key, key=lambda thing: thing.key)


def _rules(table: Table | None) -> frozenset[QualifiedName]:
    """The names that a table's NOT NULLs have of somebody's choice."""
    if table is None:
        return frozenset()
    rules = (column.not_null_rule for column in table.columns)
    return frozenset(QualifiedName(table.name.schema, r.name) for r in rules if r and r.name)


def _part(relation: Relation | None, ref: Ref) -> Any:
    kind = ObjectKind.COLUMN if ref.kind is ObjectKind.DEFAULT else ref.kind
    if isinstance(relation, Query) and kind is ObjectKind.COLUMN:
        return relation.output(ref.part)
    field = PART_FIELDS[kind]
    parts = getattr(relation, field) if relation is not None else ()
    return next((part for part in parts if part.name == ref.part), None)


def ref_of(thing: Thing) -> Ref:
    """The reference to an object of its own."""
    if isinstance(thing, Definition):
        kind, schema = thing.kind, thing.schema
    else:
        kind, schema = TOP_KINDS[type(thing)], getattr(thing, "schema", "")
    if isinstance(thing.name, QualifiedName):
        return Ref.of(kind, thing.name)
    return Ref(kind, "" if kind is ObjectKind.EXTENSION else schema, thing.name)
