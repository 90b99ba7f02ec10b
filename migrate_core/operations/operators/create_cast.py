"""createCast: a cast appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateCast(CreateDefinition, frozen=True, kw_only=True):
    """Create a cast, which has no name but its two types."""

    of: ClassVar[ObjectKind] = ObjectKind.CAST
    drop: ClassVar[str] = "dropCast"
