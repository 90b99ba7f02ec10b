"""Objects of the rarer kinds, as the statements that make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate_core.introspection.snapshot import Document
from migrate_core.schema.definitions import Definition


def documents(major: int, *, everywhere: bool) -> tuple[Document, ...]:
    """What belongs to no schema counts only where no schemas were named."""
    found = [
        Document("definitions_in_schemas", list[Definition]),
        Document("definitions_collations", list[Definition]),
        Document("definitions_ranges", list[Definition]),
    ]
    if everywhere:
        found.append(Document("definitions_in_database", list[Definition]))
        found.append(Document("definitions_event_triggers", list[Definition]))
        if major > 14:
            found.append(Document("definitions_publications", list[Definition]))
        else:
            found.append(Document("definitions_publications_14", list[Definition]))
    return tuple(found)


def gathered(read: Mapping[str, Any]) -> tuple[Definition, ...]:
    """Of all documents read, in order of kind and name."""
    found = [
        definition
        for name, values in read.items()
        if name.startswith("definitions_")
        for definition in values
    ]
    return tuple(sorted(found, key=lambda definition: definition.key))
