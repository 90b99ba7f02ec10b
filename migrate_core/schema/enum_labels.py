"""What renaming an enum's value does to all that names it: PostgreSQL's deparse, predicted."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum, Thing
from migrate_core.schema.texts import rewritten


def rename_value(graph: SchemaGraph, name: QualifiedName, old: str, new: str) -> SchemaGraph:
    """A constant is kept by the value's number: it prints the new name at once."""
    enum = graph.find(Enum, name)
    if enum is None:
        return graph
    values = tuple(new if value == old else value for value in enum.values)
    graph = graph.put(msgspec.structs.replace(enum, values=values))
    change = _rewriter(name, old, new)
    named: tuple[Thing, ...] = (
        *graph.tables,
        *graph.views,
        *graph.materialized_views,
        *graph.domains,
    )
    for thing in named:
        changed = rewritten(thing, change)
        if changed != thing:
            graph = graph.put(changed)
    return graph


def _rewriter(name: QualifiedName, old: str, new: str) -> Callable[[str], str]:
    before, after = f"{_quoted(old)}::{name}", f"{_quoted(new)}::{name}"
    array = re.compile(rf"'\{{([^'\"\\]*)\}}'::{re.escape(str(name))}\[\]")

    def elements(found: re.Match[str]) -> str:
        labels = (new if label == old else label for label in found[1].split(","))
        return f"'{{{','.join(labels)}}}'::{name}[]"

    def change(text: str) -> str:
        if str(name) not in text:
            return text
        return array.sub(elements, text.replace(before, after))

    return change


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
