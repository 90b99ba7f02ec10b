"""alterPublication: a publication holds other tables, or publishes otherwise."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterPublication(AlterDefinition, frozen=True, kw_only=True):
    """Add and drop what differs, never the publication: subscribers keep their place."""

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION
