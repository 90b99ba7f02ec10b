"""alterServer: options or version of a foreign server change."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.schema.refs import ObjectKind


class AlterServer(AlterDefinition, frozen=True, kw_only=True):
    """Change options and version in place: foreign tables hang on the server."""

    of: ClassVar[ObjectKind] = ObjectKind.SERVER
