"""Fingerprints: whether a schema, or one object of it, is still what it was."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.codec import digest
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, ref_of
from migrate_core.schema.objects import Relation


def fingerprint(graph: SchemaGraph) -> str:
    """sha256 over the whole schema, column order apart."""
    return digest(graph.normal())


def objects(graph: SchemaGraph) -> Iterator[tuple[str, str]]:
    """(kind and name, digest) of every top-level object, tables with all their parts."""
    for field in FIELDS.values():
        for thing in getattr(graph, field):
            value = thing.normal if isinstance(thing, Relation) else thing
            yield f"{ref_of(thing).kind} {thing.name}", digest(value)
    for ref, privileges in graph.privileges_of.items():
        yield f"privileges on {ref.kind} {ref}", digest(privileges)
    for owner in graph.owners:
        yield f"owner of {owner.object.kind} {owner.object}", owner.role
    for name, defaults in graph.defaults_of.items():
        yield f"default privileges {name}", digest(defaults)
    for other in graph.others:
        yield f"{other.kind} {other.name}", digest(other)


def changed_objects(before: SchemaGraph, after: SchemaGraph) -> tuple[str, ...]:
    """Kind and name of every object that differs, is gone or is new; in name order."""
    old, new = dict(objects(before)), dict(objects(after))
    names = sorted(old.keys() | new.keys())
    return tuple(name for name in names if old.get(name) != new.get(name))
