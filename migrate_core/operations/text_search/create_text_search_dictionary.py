"""createTextSearchDictionary: a text search dictionary appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateTextSearchDictionary(CreateDefinition, frozen=True, kw_only=True):
    """Create a text search dictionary with its options as the catalog keeps them."""

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_DICTIONARY
    drop: ClassVar[str] = "dropTextSearchDictionary"
