"""dropConversion: a conversion goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropConversion(DropDefinition, frozen=True, kw_only=True):
    """Drop a conversion."""

    of: ClassVar[ObjectKind] = ObjectKind.CONVERSION
    create: ClassVar[str] = "createConversion"
