"""createServer: a foreign server appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateServer(CreateDefinition, frozen=True, kw_only=True):
    """Create a foreign server; its options follow one by one, as they are changed later."""

    of: ClassVar[ObjectKind] = ObjectKind.SERVER
    drop: ClassVar[str] = "dropServer"
