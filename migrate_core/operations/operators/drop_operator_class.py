"""dropOperatorClass: an operator class goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropOperatorClass(DropDefinition, frozen=True, kw_only=True):
    """Drop an operator class; never with CASCADE, which would drop indexes."""

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR_CLASS
    create: ClassVar[str] = "createOperatorClass"
