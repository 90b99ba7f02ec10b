"""Objects that no operation kind models: read as text, so that a difference is never silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

from migrate_core.introspection.snapshot import Document
from migrate_core.schema.objects import Other

IN_SCHEMAS: tuple[LiteralString, ...] = (
    "others_types",
    "others_tables",
    "others_triggers",
    "others_comments",
    "others_rights",
)


def documents() -> tuple[Document, ...]:
    return tuple(Document(name, list[Other]) for name in IN_SCHEMAS)


def gathered(read: Mapping[str, Any]) -> tuple[Other, ...]:
    """Of all documents read, in order of kind and name."""
    found = [
        other for name, values in read.items() if name.startswith("others_") for other in values
    ]
    return tuple(sorted(found, key=lambda other: (other.kind, other.name, other.definition)))
