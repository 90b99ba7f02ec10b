"""createUserMapping: a user mapping appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateUserMapping(CreateDefinition, frozen=True, kw_only=True):
    """Map a role to one of a foreign server. Secrets are refused by name: none is ever written."""

    of: ClassVar[ObjectKind] = ObjectKind.USER_MAPPING
    drop: ClassVar[str] = "dropUserMapping"
