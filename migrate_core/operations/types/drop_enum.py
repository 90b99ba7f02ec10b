"""dropEnum: an enum type is dropped."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.dropped_types import DropType
from migrate_core.operations.registry import make
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind


class DropEnum(DropType, frozen=True, kw_only=True):
    """Drop an enum type that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    of: ClassVar[ObjectKind] = ObjectKind.ENUM
    model: ClassVar[type[Enum]] = Enum

    was: Enum | None = None

    def inverse(self, place: Place) -> Operation | None:
        if self.was is None:
            return None
        return make("createEnum", name=self.name, values=self.was.values, comment=self.was.comment)

    def contents(self) -> str:
        return ", ".join(self.was.values) if self.was else self.label
