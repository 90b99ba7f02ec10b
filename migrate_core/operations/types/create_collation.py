"""createCollation: a collation is created."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.refs import ObjectKind


class CreateCollation(CreateDefinition, frozen=True, kw_only=True):
    """Create a collation; PostgreSQL takes its version from the library of this server.

    One that changes is not made anew by this kind: columns may sort by it, see replaceType.
    """

    of: ClassVar[ObjectKind] = ObjectKind.COLLATION
    drop: ClassVar[str] = "dropCollation"

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for new in delta.definitions(cls.of, "added"):
            yield cls(definition=new)
