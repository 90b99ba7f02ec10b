"""alterOperatorFamily: an operator family has other members."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterOperatorFamily(AlterDefinition, frozen=True, kw_only=True):
    """Add and drop loose members: indexes hang on the family."""

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR_FAMILY
