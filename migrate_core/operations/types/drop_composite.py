"""dropComposite: a composite type is dropped."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.dropped_types import DropType
from migrate_core.operations.registry import make
from migrate_core.schema.definitions import Composite
from migrate_core.schema.refs import ObjectKind


class DropComposite(DropType, frozen=True, kw_only=True):
    """Drop a composite type that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    of: ClassVar[ObjectKind] = ObjectKind.COMPOSITE
    model: ClassVar[type[Composite]] = Composite

    was: Composite | None = None

    def inverse(self, place: Place) -> Operation | None:
        return make("createComposite", composite=self.was) if self.was else None

    def contents(self) -> str:
        return ", ".join(a.name for a in self.was.attributes) if self.was else self.label
