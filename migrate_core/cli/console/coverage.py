"""Objects that no operation kind covers: listed wherever schemas are compared."""

from __future__ import annotations

from migrate_core.cli.console.output import note
from migrate_core.errors import UncoveredChangeError
from migrate_core.schema.graph import SchemaGraph


def say_uncovered(*graphs: SchemaGraph, strict: bool) -> None:
    """Each by kind and name; a difference in one would have been refused anyway.

    Raises:
        UncoveredChangeError: there are any, and `strict` asks for none.
    """
    found = sorted({f"{other.kind} {other.name}" for graph in graphs for other in graph.others})
    if not found:
        return
    if strict:
        raise UncoveredChangeError(
            "the schema holds objects that no operation kind covers",
            detail=f"They are: {', '.join(found)}.",
            hint="Leave out --strict, which refuses them even where they are alike.",
        )
    for name in found:
        note(f"not covered by any operation, and alike: {name}")
