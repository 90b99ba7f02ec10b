"""createOperatorFamily: an operator family appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateOperatorFamily(CreateDefinition, frozen=True, kw_only=True):
    """Create an operator family, with the members that belong to no class of it."""

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR_FAMILY
    drop: ClassVar[str] = "dropOperatorFamily"
