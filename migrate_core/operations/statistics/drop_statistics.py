"""dropStatistics: extended statistics goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropStatistics(DropDefinition, frozen=True, kw_only=True):
    """Drop extended statistics; the planner goes back to each column by itself."""

    of: ClassVar[ObjectKind] = ObjectKind.STATISTICS
    create: ClassVar[str] = "createStatistics"
