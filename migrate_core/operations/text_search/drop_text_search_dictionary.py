"""dropTextSearchDictionary: a text search dictionary goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropTextSearchDictionary(DropDefinition, frozen=True, kw_only=True):
    """Drop a text search dictionary; configurations that use it are made again around it."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_DICTIONARY
    create: ClassVar[str] = "createTextSearchDictionary"
