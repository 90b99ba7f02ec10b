"""dropCast: a cast goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropCast(DropDefinition, frozen=True, kw_only=True):
    """Drop a cast; what is parsed already keeps it, so PostgreSQL refuses while a view uses it."""

    of: ClassVar[ObjectKind] = ObjectKind.CAST
    create: ClassVar[str] = "createCast"
