"""createTransform: a transform appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateTransform(CreateDefinition, frozen=True, kw_only=True):
    """Create a transform, which has no name but its type and language."""

    of: ClassVar[ObjectKind] = ObjectKind.TRANSFORM
    drop: ClassVar[str] = "dropTransform"
