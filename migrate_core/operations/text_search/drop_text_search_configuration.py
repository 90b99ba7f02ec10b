"""dropTextSearchConfiguration: a text search configuration goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropTextSearchConfiguration(DropDefinition, frozen=True, kw_only=True):
    """Drop a text search configuration."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_CONFIGURATION
    create: ClassVar[str] = "createTextSearchConfiguration"
