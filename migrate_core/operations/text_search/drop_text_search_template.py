"""dropTextSearchTemplate: a text search template goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropTextSearchTemplate(DropDefinition, frozen=True, kw_only=True):
    """Drop a text search template."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_TEMPLATE
    create: ClassVar[str] = "createTextSearchTemplate"
