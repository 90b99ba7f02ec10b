"""alterTextSearchConfiguration: tokens go to other dictionaries."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterTextSearchConfiguration(AlterDefinition, frozen=True, kw_only=True):
    """Change mappings in place: indexes and generated columns hang on the configuration."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_CONFIGURATION
