"""dropPublication: a publication goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropPublication(DropDefinition, frozen=True, kw_only=True):
    """Drop a publication; subscribers stop."""

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION
    create: ClassVar[str] = "createPublication"
