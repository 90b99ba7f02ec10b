"""dropAccessMethod: an access method goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropAccessMethod(DropDefinition, frozen=True, kw_only=True):
    """Drop an access method."""

    of: ClassVar[ObjectKind] = ObjectKind.ACCESS_METHOD
    create: ClassVar[str] = "createAccessMethod"
