"""dropTransform: a transform goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropTransform(DropDefinition, frozen=True, kw_only=True):
    """Drop a transform."""

    of: ClassVar[ObjectKind] = ObjectKind.TRANSFORM
    create: ClassVar[str] = "createTransform"
