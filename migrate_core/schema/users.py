"""Which roles use an object, as far as rights tell: of who is a member of whom they say nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import OWNER, PUBLIC
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.rights import held, may, owning_role

WRITING = frozenset(["INSERT", "UPDATE", "DELETE"])
_WITH_RIGHTS = RELATIONS | {ObjectKind.COLUMN}


def holders(
    graph: SchemaGraph, relation: QualifiedName, privileges: Collection[str]
) -> frozenset[str]:
    """Who besides its owner has one of them on it, or on a column of it."""
    found = {
        one.grantee
        for one in graph.privileges
        if one.object.kind in _WITH_RIGHTS
        and one.object.relation == relation
        and one.privilege in privileges
        and one.state != "revoked"
    }
    return frozenset(found - {OWNER, _owner(graph, relation)})


def may_use(graph: SchemaGraph, relation: QualifiedName, role: str, privilege: str) -> bool:
    """Whether it has the right there, or on some column: which ones are asked is not known."""
    found = graph.relation(relation)
    if found is None or may(graph, ref_of(found), role, privilege):
        return True
    return bool({role, PUBLIC} & holders(graph, relation, [privilege]))


def is_open(graph: SchemaGraph, routine: Ref) -> bool:
    """Whether everybody may execute it."""
    return "none" not in held(graph, routine, PUBLIC, ["EXECUTE"])


def callers(graph: SchemaGraph, routine: Ref) -> frozenset[str]:
    """Who besides its owner may execute it; of everybody, those that can reach its schema."""
    found = {p.grantee for p in graph.privileges_of.get(routine, ()) if p.state != "revoked"}
    if is_open(graph, routine):
        found |= set(_reaching(graph, Ref(ObjectKind.SCHEMA, name=routine.schema)))
    return frozenset(found - {OWNER, PUBLIC, owning_role(graph, routine)})


def _reaching(graph: SchemaGraph, schema: Ref) -> Iterator[str]:
    everybody = "none" not in held(graph, schema, PUBLIC, ["USAGE"])
    for one in graph.privileges:
        in_it = one.object == schema and one.privilege == "USAGE"
        if one.state != "revoked" and (everybody or in_it):
            yield one.grantee


def _owner(graph: SchemaGraph, relation: QualifiedName) -> str:
    found = graph.relation(relation)
    return owning_role(graph, ref_of(found)) if found else ""


def in_words(roles: Collection[str]) -> str:
    return ", ".join("everybody" if role == PUBLIC else role for role in sorted(roles))
