"""What has to be granted and revoked between two schemas, object by object.

What an operation makes anew starts from what default privileges give it, not from what its
namesake had: `made` of the delta says which objects those are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from migrate_core.pg.names import QualifiedName
from migrate_core.schema import access
from migrate_core.schema.access import Privilege, State
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import RELATION_KINDS, ref_of
from migrate_core.schema.objects import Sequence
from migrate_core.schema.refs import PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref

Held = Literal["none", "held", "grantable"]
HELD: tuple[Held, ...] = ("none", "held", "grantable")
Levels = dict[tuple[str, str], int]  # (grantee, privilege) -> place in HELD
_STATES: tuple[State, ...] = ("revoked", "granted", "grantable")


class Change(NamedTuple):
    """Rights on one object that one grantee gets or loses, in one statement."""

    object: Ref
    grantee: str
    privileges: tuple[str, ...]
    was: Held
    becomes: Held

    @property
    def grants(self) -> bool:
        return HELD.index(self.becomes) > HELD.index(self.was)


class OwnerChange(NamedTuple):
    object: Ref
    was: str  # none: the reader
    role: str


def owner_changes(delta: SchemaDelta) -> Iterator[OwnerChange]:
    """Of objects that stand afterwards; what is made anew belongs to who makes it."""
    before, after = delta.before, delta.after
    refs = before.owner_of.keys() | after.owner_of.keys() | ({access.PUBLIC_SCHEMA} & delta.made)
    for ref in sorted(refs):
        if not _stands(before, after, ref):
            continue
        anew = ref in delta.made
        was = before.owner_of.get(ref, "") if not anew else _maker(before, ref)
        role = after.owner_of.get(ref, "")
        if was != role:
            yield OwnerChange(ref, was, role)


def _maker(graph: SchemaGraph, ref: Ref) -> str:
    return graph.reader if ref == access.PUBLIC_SCHEMA else ""


def right_changes(delta: SchemaDelta) -> Iterator[Change]:
    """In order of object and grantee; those of a table before those of its columns."""
    return _Comparison(delta).changes()


class _Comparison:
    def __init__(self, delta: SchemaDelta) -> None:
        self.before, self.after = delta.before, delta.after
        self.made = delta.made | set(_made_under_a_name(self.before, self.after))
        self.handed = dict(_handed_over(delta))
        self.taken: dict[QualifiedName, Levels] = {}  # relation -> what is left of a right

    def changes(self) -> Iterator[Change]:
        refs = self.before.privileges_of.keys() | self.after.privileges_of.keys()
        refs |= self.handed.keys() | self._born.keys()
        for ref in sorted(refs, key=lambda ref: (ref.kind is ObjectKind.COLUMN, ref)):
            if _stands(self.before, self.after, ref):
                yield from self._of(ref)

    @cached_property
    def _born(self) -> Mapping[Ref, tuple[Privilege, ...]]:
        """What each new object starts with."""
        defaults = self.before.default_privileges
        new = {ref for ref in self.made if ref.kind not in PARTS_OF_RELATIONS}
        new |= {s for ref in self.made for s in _sequences(self.after, ref)}
        if not defaults:
            new &= {access.PUBLIC_SCHEMA}
        return {ref: tuple(access.born(defaults, ref)) for ref in new}

    def _of(self, ref: Ref) -> Iterator[Change]:
        has = _levels(ref, self._had(ref))
        wanted = _levels(ref, self.after.privileges_of.get(ref, ()))
        if ref.kind is ObjectKind.COLUMN:  # what is revoked on a table is on its columns too
            for key, most in self.taken.get(ref.relation, {}).items():
                has[key] = min(has.get(key, 0), most)
        found: dict[tuple[str, int, int], list[str]] = {}
        for key in sorted(has.keys() | wanted.keys()):
            given = _given(ref, *key)
            old, new = has.get(key, given), wanted.get(key, given)
            if old != new:
                found.setdefault((key[0], old, new), []).append(key[1])
            if new < old and ref.kind in RELATIONS:
                self.taken.setdefault(ref.relation, {})[key] = new
        for (grantee, old, new), privileges in found.items():
            yield Change(ref, grantee, tuple(privileges), HELD[old], HELD[new])

    def _had(self, ref: Ref) -> Iterable[Privilege]:
        if ref in self._born:
            had: Iterable[Privilege] = self._born[ref]
        elif any(one in self.made for one in (ref, *_wholes(ref))):
            had = ()  # a column goes with what it is part of
        else:
            had = self.before.privileges_of.get(ref, ())
        role = next((self.handed[one] for one in _wholes(ref) if one in self.handed), "")
        return access.handed_over(had, ref, role) if role else had


def _levels(ref: Ref, privileges: Iterable[Privilege]) -> Levels:
    return {(p.grantee, p.privilege): _STATES.index(p.state) for p in privileges}


def held(graph: SchemaGraph, ref: Ref, grantee: str, privileges: Iterable[str]) -> set[Held]:
    """How the grantee holds these privileges."""
    levels = _levels(ref, graph.privileges_of.get(ref, ()))
    return {HELD[levels.get((grantee, p), _given(ref, grantee, p))] for p in privileges}


def may(graph: SchemaGraph, ref: Ref, role: str, privilege: str) -> bool:
    """Whether the role has it there, as one of everybody or as the owner at least."""
    if owning_role(graph, ref) == role:
        return True
    grantees = (role, access.PUBLIC)
    return any("none" not in held(graph, ref, grantee, [privilege]) for grantee in grantees)


def _given(ref: Ref, grantee: str, privilege: str) -> int:
    return 1 if access.is_given(ref, grantee, privilege) else 0


def with_change(graph: SchemaGraph, change: Change) -> SchemaGraph:
    """The schema after a GRANT or REVOKE."""
    graph = _with_levels(graph, change)
    if not change.grants:  # what is revoked on a table is on its columns too
        for column in _columns(graph, change.object):
            graph = _with_levels(graph, change._replace(object=column))
    return graph


def _with_levels(graph: SchemaGraph, change: Change) -> SchemaGraph:
    ref, grantee = change.object, change.grantee
    levels = _levels(ref, graph.privileges_of.get(ref, ()))
    for privilege in change.privileges:
        old = levels.get((grantee, privilege), _given(ref, grantee, privilege))
        wanted = HELD.index(change.becomes)
        levels[grantee, privilege] = max(old, wanted) if change.grants else min(old, wanted)
    return graph.with_privileges(ref, _privileges(ref, levels))


def _privileges(ref: Ref, levels: Levels) -> Iterator[Privilege]:
    """Only what is not as PostgreSQL gives it."""
    for (grantee, privilege), level in levels.items():
        if level != _given(ref, grantee, privilege):
            state = _STATES[level]
            yield Privilege(object=ref, grantee=grantee, privilege=privilege, state=state)


def with_new_owner(graph: SchemaGraph, ref: Ref, role: str) -> SchemaGraph:
    """The schema after ALTER ... OWNER TO: the object's rights, and its sequences', go along."""
    became = role or _unnamed(graph, ref)
    for one in (ref, *_sequences(graph, ref), *_columns(graph, ref)):
        had = graph.privileges_of.get(one, ())
        if had:
            graph = graph.with_privileges(one, access.handed_over(had, one, became))
    return graph.with_owner(ref, role)


def stands(graph: SchemaGraph, ref: Ref) -> bool:
    """Whether the graph holds what `ref` names; a sequence of an identity is one, too."""
    if ref.kind is ObjectKind.COLUMN and not graph.get(ref):
        outputs = getattr(graph.relation(ref.relation), "outputs", ())
        return any(output.name == ref.part for output in outputs)
    if ref.kind is ObjectKind.SEQUENCE and not graph.find(Sequence, ref.relation):
        return ref in graph.sequence_owners
    return graph.get(ref) is not None


def owner_in(graph: SchemaGraph, ref: Ref) -> str:
    """Whom the object belongs to, or its table; none: the reader."""
    wholes = (graph.sequence_owners.get(ref, ref), *_wholes(ref))
    return next((graph.owner_of[one] for one in wholes if one in graph.owner_of), "")


def owning_role(graph: SchemaGraph, ref: Ref) -> str:
    """The same, by name."""
    return owner_in(graph, ref) or _unnamed(graph, ref)


def _unnamed(graph: SchemaGraph, ref: Ref) -> str:
    """Whom an object belongs to that no owner is named of."""
    return "pg_database_owner" if ref == access.PUBLIC_SCHEMA else graph.reader


def sequences_of(graph: SchemaGraph, ref: Ref) -> tuple[QualifiedName, ...]:
    """The sequences that go with a table to another owner, in name order."""
    return tuple(sorted(sequence.relation for sequence in _sequences(graph, ref)))


def _sequences(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    """Those behind the identities of a table or of one column, and those its columns own."""
    table = graph.table(ref.relation) if ref.kind in (ObjectKind.TABLE, ObjectKind.COLUMN) else None
    for column in table.columns if table else ():
        if column.identity and ref.part in ("", column.name):
            yield Ref.of(ObjectKind.SEQUENCE, column.identity.sequence)
    if ref.kind is ObjectKind.TABLE:
        for sequence in graph.sequences:
            if sequence.owned_by and sequence.owned_by.table == ref.relation:
                yield ref_of(sequence)


def _made_under_a_name(before: SchemaGraph, after: SchemaGraph) -> Iterator[Ref]:
    """Sequences of columns that become identities, or cease to be: another of the same name."""
    had, has = (
        {ref for ref in graph.sequence_owners if not graph.find(Sequence, ref.relation)}
        for graph in (before, after)
    )
    yield from (ref for ref in has - had if before.find(Sequence, ref.relation))
    yield from (ref for ref in had - has if after.find(Sequence, ref.relation))


def _columns(graph: SchemaGraph, ref: Ref) -> list[Ref]:
    """Those of a relation on which there are rights."""
    if ref.kind not in RELATIONS:
        return []
    found = (one for one in graph.privileges_of if one.kind is ObjectKind.COLUMN)
    return [one for one in found if one.relation == ref.relation]


def _wholes(ref: Ref) -> Iterator[Ref]:
    """What a column may be part of; anything else is itself."""
    if ref.kind is not ObjectKind.COLUMN:
        yield ref
        return
    for kind in RELATION_KINDS.values():
        yield Ref(kind, ref.schema, ref.name)


def _handed_over(delta: SchemaDelta) -> Iterator[tuple[Ref, str]]:
    """Object -> its new owner, with the sequences that go along."""
    for change in owner_changes(delta):
        role = change.role or _unnamed(delta.before, change.object)
        yield change.object, role
        for sequence in _sequences(delta.after, change.object):
            yield sequence, role


def _stands(before: SchemaGraph, after: SchemaGraph, ref: Ref) -> bool:
    """Whether it is there afterwards; what no value covers is there on both sides."""
    return stands(after, ref) or not stands(before, ref)
