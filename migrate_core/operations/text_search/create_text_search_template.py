"""createTextSearchTemplate: a text search template appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateTextSearchTemplate(CreateDefinition, frozen=True, kw_only=True):
    """Create a text search template, which only a superuser may."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_TEMPLATE
    drop: ClassVar[str] = "dropTextSearchTemplate"
