"""dropLanguage: a language goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropLanguage(DropDefinition, frozen=True, kw_only=True):
    """Drop a procedural language."""

    of: ClassVar[ObjectKind] = ObjectKind.LANGUAGE
    create: ClassVar[str] = "createLanguage"
