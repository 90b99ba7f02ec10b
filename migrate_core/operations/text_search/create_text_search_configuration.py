"""createTextSearchConfiguration: a text search configuration appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateTextSearchConfiguration(CreateDefinition, frozen=True, kw_only=True):
    """Create an empty configuration, then map each kind of token: COPY would take more than is
    said.
    """

    of: ClassVar[ObjectKind] = ObjectKind.TEXT_SEARCH_CONFIGURATION
    drop: ClassVar[str] = "dropTextSearchConfiguration"
