"""dropEventTrigger: an event trigger is dropped."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.refs import ObjectKind


class DropEventTrigger(DropDefinition, frozen=True, kw_only=True):
    """Drop an event trigger: what it watched over happens unwatched from then on."""

    of: ClassVar[ObjectKind] = ObjectKind.EVENT_TRIGGER
    create: ClassVar[str] = "createEventTrigger"
