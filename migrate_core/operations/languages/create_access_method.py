"""createAccessMethod: an access method appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateAccessMethod(CreateDefinition, frozen=True, kw_only=True):
    """Create an access method from its handler, which only a superuser may."""

    of: ClassVar[ObjectKind] = ObjectKind.ACCESS_METHOD
    drop: ClassVar[str] = "dropAccessMethod"
