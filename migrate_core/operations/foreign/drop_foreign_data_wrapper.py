"""dropForeignDataWrapper: a foreign-data wrapper goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropForeignDataWrapper(DropDefinition, frozen=True, kw_only=True):
    """Drop a foreign-data wrapper; never with CASCADE, which would drop foreign tables."""

    of: ClassVar[ObjectKind] = ObjectKind.FOREIGN_DATA_WRAPPER
    create: ClassVar[str] = "createForeignDataWrapper"
