"""dropServer: a foreign server goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropServer(DropDefinition, frozen=True, kw_only=True):
    """Drop a foreign server; never with CASCADE, which would drop foreign tables."""

    of: ClassVar[ObjectKind] = ObjectKind.SERVER
    create: ClassVar[str] = "createServer"
