"""dropRange: a range type is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.refs import ObjectKind


class DropRange(DropDefinition, frozen=True, kw_only=True):
    """Drop a range type and its multirange type; never with CASCADE."""

    of: ClassVar[ObjectKind] = ObjectKind.RANGE
    create: ClassVar[str] = "createRange"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.definitions(cls.of, "dropped"):
            yield cls(name=old.name, was=old)
