"""createOperatorClass: an operator class appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateOperatorClass(CreateDefinition, frozen=True, kw_only=True):
    """Create an operator class in a family that stands, because a family of its own would be made
    unasked.
    """

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR_CLASS
    drop: ClassVar[str] = "dropOperatorClass"
