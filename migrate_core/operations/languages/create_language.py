"""createLanguage: a language appears."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateLanguage(CreateDefinition, frozen=True, kw_only=True):
    """Create a procedural language from its handler; one of an extension comes with that."""

    of: ClassVar[ObjectKind] = ObjectKind.LANGUAGE
    drop: ClassVar[str] = "dropLanguage"
