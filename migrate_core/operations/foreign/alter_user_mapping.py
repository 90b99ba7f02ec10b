"""alterUserMapping: options of a user mapping change."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterUserMapping(AlterDefinition, frozen=True, kw_only=True):
    """Change options in place. Secrets are refused by name: none is ever written."""

    of: ClassVar[ObjectKind] = ObjectKind.USER_MAPPING
