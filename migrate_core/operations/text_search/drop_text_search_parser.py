"""dropTextSearchParser: a text search parser goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropTextSearchParser(DropDefinition, frozen=True, kw_only=True):
    """Drop a text search parser."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_PARSER
    create: ClassVar[str] = "createTextSearchParser"
