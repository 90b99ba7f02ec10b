"""createConversion: a conversion appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateConversion(CreateDefinition, frozen=True, kw_only=True):
    """Create a conversion between two encodings."""

    of: ClassVar[ObjectKind] = ObjectKind.CONVERSION
    drop: ClassVar[str] = "dropConversion"
