"""createForeignDataWrapper: a foreign-data wrapper appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateForeignDataWrapper(CreateDefinition, frozen=True, kw_only=True):
    """Create a foreign-data wrapper; its options follow one by one, as they are changed later."""

    of: ClassVar[ObjectKind] = ObjectKind.FOREIGN_DATA_WRAPPER
    drop: ClassVar[str] = "dropForeignDataWrapper"
