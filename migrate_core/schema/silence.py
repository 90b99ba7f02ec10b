"""Owners and privileges that a declared schema says nothing of.

Declared SQL rarely tells who owns what, and often not who may do what. What it does not say is
no wish: `SchemaGraph.silent` names it, and here it is taken from the schema that is there.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.schema import access
from migrate_core.schema.access import Owner
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, ref_of
from migrate_core.schema.refs import Ref
from migrate_core.schema.rights import owning_role, stands

OWNERS = "owners"
PRIVILEGES = "privileges"
DEFAULTS = "default privileges"


def complete(wanted: SchemaGraph, there: SchemaGraph) -> SchemaGraph:
    """What is wanted of a database whose schema is `there`, with nothing left unsaid.

    Who deploys reads `there`; where the wanted schema names that role, it means the one whom
    objects belong to that it names no owner of.
    """
    owners = _kept_owners if OWNERS in wanted.silent else _named_owners
    wanted = msgspec.structs.replace(
        wanted,
        owners=access.owners_in_order(owners(wanted, there)),
        reader=there.reader,
    )
    silent = PRIVILEGES in wanted.silent
    wanted = (_with_kept if silent else _with_named)(wanted, there)
    if DEFAULTS in wanted.silent:
        defaults = there.default_privileges
        wanted = msgspec.structs.replace(wanted, default_privileges=defaults)
    return msgspec.structs.replace(wanted, silent=())


def _kept_owners(wanted: SchemaGraph, there: SchemaGraph) -> Iterator[Owner]:
    return (owner for owner in there.owners if _stays(wanted, there, owner.object))


def _named_owners(wanted: SchemaGraph, there: SchemaGraph) -> Iterator[Owner]:
    for owner in wanted.owners:
        if owner.role != there.reader or owner.object == access.PUBLIC_SCHEMA:
            yield owner


def _with_kept(wanted: SchemaGraph, there: SchemaGraph) -> SchemaGraph:
    """The rights that are there, and those that new objects will be born with."""
    kept = [p for p in there.privileges if _stays(wanted, there, p.object)]
    if there.default_privileges:
        kept += [
            p for ref in _new(wanted, there) for p in access.born(there.default_privileges, ref)
        ]
    return msgspec.structs.replace(wanted, privileges=access.in_order(kept))


def _with_named(wanted: SchemaGraph, there: SchemaGraph) -> SchemaGraph:
    reader = there.reader
    for ref, privileges in wanted.privileges_of.items():
        named = any(p.grantee == reader for p in privileges)
        if reader and named and owning_role(wanted, ref) == reader:
            handed = access.handed_over(privileges, ref, reader)
            wanted = wanted.with_privileges(ref, handed)
    defaults = (
        msgspec.structs.replace(d, role="") if d.role == reader else d
        for d in wanted.default_privileges
    )
    return msgspec.structs.replace(
        wanted, default_privileges=access.defaults_in_order({_key(d): d for d in defaults}.values())
    )


def _key(default: access.DefaultPrivilege) -> tuple[str, ...]:
    return (default.role, default.schema, default.objects, default.grantee, default.privilege)


def _stays(wanted: SchemaGraph, there: SchemaGraph, ref: Ref) -> bool:
    return stands(wanted, ref) or not stands(there, ref)


def _new(wanted: SchemaGraph, there: SchemaGraph) -> Iterator[Ref]:
    """Objects that have to be made, and the sequences that come with them."""
    for kind in FIELDS:
        for thing in getattr(wanted, FIELDS[kind]):
            ref = ref_of(thing)
            old = there.get(ref)
            if old != thing:
                had = access.with_rights_of(old, ref) if old is not None else frozenset()
                yield from sorted(access.with_rights_of(thing, ref) - had)
