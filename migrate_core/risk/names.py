"""What a name that a table no longer has weighs."""

from __future__ import annotations

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.codes import Reason
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons.objects import RENAME_TABLE
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.viewed import stands_for


def table_goes_by(graph: SchemaGraph, old: QualifiedName, new: QualifiedName) -> Reason:
    """By the schema after the last step, in which a view may have taken the old name."""
    said = f"{old} becomes {new}"
    if not stands_for(graph, old, new):
        return RENAME_TABLE.because(said)
    said += "; a view of the old name shows all of it, and what is written to it arrives"
    return RENAME_TABLE.because(said, level=Level.MEDIUM)
