"""createRange: a range type is created."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.refs import ObjectKind


class CreateRange(CreateDefinition, frozen=True, kw_only=True):
    """Create a range type, and its multirange type with it.

    One that changes is not made anew by this kind: columns may be of it, see replaceType.
    """

    of: ClassVar[ObjectKind] = ObjectKind.RANGE
    drop: ClassVar[str] = "dropRange"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for new in delta.definitions(cls.of, "added"):
            yield cls(definition=new)
