"""dropOperator: an operator goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropOperator(DropDefinition, frozen=True, kw_only=True):
    """Drop an operator; never with CASCADE."""

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR
    create: ClassVar[str] = "createOperator"
