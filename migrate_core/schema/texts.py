"""What PostgreSQL deparsed, rewritten wherever a schema holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS

_FREE = {"comment", "index_comment"}  # a person's own words


def rewritten(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text in it changed but comments; itself where none changes."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        made = tuple(rewritten(one, change) for one in value)
        return made if made != value else value
    if isinstance(value, Struct):
        fields = {f: getattr(value, f) for f in value.__struct_fields__ if f not in _FREE}
        changed = {field: rewritten(found, change) for field, found in fields.items()}
        changes = {field: found for field, found in changed.items() if found != fields[field]}
        return msgspec.structs.replace(value, **changes) if changes else value
    return value


def everywhere(graph: SchemaGraph, change: Callable[[str], str]) -> SchemaGraph:
    """A copy with the texts of all objects changed; one that is called by such a text, as a
    routine is by its arguments' types, is renamed."""
    for field in FIELDS.values():
        for thing in getattr(graph, field):
            made = rewritten(thing, change)
            if made is thing:
                continue
            graph = graph.put(made) if made.key == thing.key else graph.rename(thing, made)
    return graph
