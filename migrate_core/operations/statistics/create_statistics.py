"""createStatistics: extended statistics appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateStatistics(CreateDefinition, frozen=True, kw_only=True):
    """Create extended statistics: ANALYZE fills them, until then nothing is known."""

    of: ClassVar[ObjectKind] = ObjectKind.STATISTICS
    drop: ClassVar[str] = "dropStatistics"
