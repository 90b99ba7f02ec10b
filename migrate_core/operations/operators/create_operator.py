"""createOperator: an operator appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateOperator(CreateDefinition, frozen=True, kw_only=True):
    """Create an operator. Its commutator and negator may come later: PostgreSQL leaves a shell for
    them.
    """

    of: ClassVar[ObjectKind] = ObjectKind.OPERATOR
    drop: ClassVar[str] = "dropOperator"
