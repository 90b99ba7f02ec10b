"""dropCollation: a collation is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from migrate_core.operations.definitions import DropDefinition
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.refs import ObjectKind


class DropCollation(DropDefinition, frozen=True, kw_only=True):
    """Drop a collation; never with CASCADE."""

    of: ClassVar[ObjectKind] = ObjectKind.COLLATION
    create: ClassVar[str] = "createCollation"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.definitions(cls.of, "dropped"):
            yield cls(name=old.name, was=old)
