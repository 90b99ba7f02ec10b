"""alterStatistics: extended statistics are kept in other detail."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterStatistics(AlterDefinition, frozen=True, kw_only=True):
    """Set the statistics target; ANALYZE uses it the next time."""

    of: ClassVar[ObjectKind] = ObjectKind.STATISTICS
