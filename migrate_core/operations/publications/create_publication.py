"""createPublication: a publication appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreatePublication(CreateDefinition, frozen=True, kw_only=True):
    """Create a publication empty, then add what it holds: each table under a lock that lets writes
    through.
    """

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION
    drop: ClassVar[str] = "dropPublication"
