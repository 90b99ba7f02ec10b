"""dropOperatorFamily: an operator family goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropOperatorFamily(DropDefinition, frozen=True, kw_only=True):
    """Drop an operator family; its classes have gone before it."""

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR_FAMILY
    create: ClassVar[str] = "createOperatorFamily"
