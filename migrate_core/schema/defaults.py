"""Default privileges: what differs between two schemas, and what a change makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from migrate_core.schema import access
from migrate_core.schema.access import DefaultPrivilege, State
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rights import HELD, Held

_STATES: tuple[State, ...] = ("revoked", "granted", "grantable")
_Key = tuple[str, str, str, str, str]


class Change(NamedTuple):
    """Rights on new objects that one grantee gets or loses; `about` names no privilege."""

    about: DefaultPrivilege
    privileges: tuple[str, ...]
    was: Held
    becomes: Held

    @property
    def grants(self) -> bool:
        return HELD.index(self.becomes) > HELD.index(self.was)


def changes(before: SchemaGraph, after: SchemaGraph) -> Iterator[Change]:
    """In order of role, schema, objects and grantee."""
    has, wanted = _levels(before), _levels(after)
    found: dict[tuple[str, str, str, str, int, int], list[str]] = {}
    for key in sorted(has.keys() | wanted.keys()):
        if key[1] and after.get(Ref(ObjectKind.SCHEMA, name=key[1])) is None:
            continue  # gone with its schema
        old, new = has.get(key, _given(key)), wanted.get(key, _given(key))
        if old != new:
            found.setdefault((*key[:4], old, new), []).append(key[4])
    for (role, schema, objects, grantee, old, new), privileges in found.items():
        about = _about((role, schema, objects, grantee, ""))
        yield Change(about, tuple(privileges), HELD[old], HELD[new])


def held(graph: SchemaGraph, about: DefaultPrivilege, privileges: Iterable[str]) -> set[Held]:
    levels = _levels(graph)
    keys = [_key(msgspec.structs.replace(about, privilege=p)) for p in privileges]
    return {HELD[levels.get(key, _given(key))] for key in keys}


def with_change(graph: SchemaGraph, change: Change) -> SchemaGraph:
    """The schema after ALTER DEFAULT PRIVILEGES."""
    levels = _levels(graph)
    for privilege in change.privileges:
        key = _key(msgspec.structs.replace(change.about, privilege=privilege))
        levels[key] = HELD.index(change.becomes)
    left = (
        msgspec.structs.replace(_about(key), state=_STATES[level])
        for key, level in levels.items()
        if level != _given(key)
    )
    return msgspec.structs.replace(graph, default_privileges=access.defaults_in_order(left))


def _levels(graph: SchemaGraph) -> dict[_Key, int]:
    return {_key(d): _STATES.index(d.state) for d in graph.default_privileges}


def _given(key: _Key) -> int:
    return 1 if access.is_given_to_new(_about(key)) else 0


def _key(default: DefaultPrivilege) -> _Key:
    return (default.role, default.schema, default.objects, default.grantee, default.privilege)


def _about(key: _Key) -> DefaultPrivilege:
    role, schema, objects, grantee, privilege = key
    return DefaultPrivilege(
        role=role, schema=schema, objects=objects, grantee=grantee, privilege=privilege
    )
