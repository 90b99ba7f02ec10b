"""alterPublication: a publication holds other tables, or publishes otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from migrate_core.operations.definitions import AlterDefinition
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.refs import ObjectKind


class AlterPublication(AlterDefinition, frozen=True, kw_only=True):
    """Add and drop what differs, never the publication: subscribers keep their place."""

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        for text in self.texts:
            yield why.CHANGES_REPLICATION.because(text)
