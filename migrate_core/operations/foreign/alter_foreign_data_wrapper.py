"""alterForeignDataWrapper: options of a foreign-data wrapper change."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterForeignDataWrapper(AlterDefinition, frozen=True, kw_only=True):
    """Change options in place: servers and foreign tables hang on the wrapper."""

    of: ClassVar[ObjectKind] = ObjectKind.FOREIGN_DATA_WRAPPER
