"""dropPublication: a publication goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.publishing import taken
from migrate_core.risk.reasons import Reason
from migrate_core.schema.refs import ObjectKind


class DropPublication(DropDefinition, frozen=True, kw_only=True):
    """Drop a publication; subscribers stop."""

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION
    create: ClassVar[str] = "createPublication"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.DROPS_OBJECT.because(self.was.create if self.was else self.name)
        yield from taken(f"publication {self.name}", facts)
