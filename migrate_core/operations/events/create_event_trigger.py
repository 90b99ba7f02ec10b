"""createEventTrigger: an event trigger is created."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.refs import ObjectKind


class CreateEventTrigger(CreateDefinition, frozen=True, kw_only=True):
    """Create an event trigger, which needs a superuser.

    It comes last where nothing decides: it would fire on the plan's own statements.
    """

    of: ClassVar[ObjectKind] = ObjectKind.EVENT_TRIGGER
    drop: ClassVar[str] = "dropEventTrigger"
