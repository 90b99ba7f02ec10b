"""createTextSearchParser: a text search parser appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateTextSearchParser(CreateDefinition, frozen=True, kw_only=True):
    """Create a text search parser, which only a superuser may."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_PARSER
    drop: ClassVar[str] = "dropTextSearchParser"
