"""dropDomain: a domain is dropped."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.base import Operation, Place
from migrate_core.operations.dropped_types import DropType
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.schema.definitions import Domain
from migrate_core.schema.refs import ObjectKind


class DropDomain(DropType, frozen=True, kw_only=True):
    """Drop a domain that no column uses; never with CASCADE.

    A parked or archived column keeps its type, out of sight of the graph: those are
    counted, and a drop that comes with the parking of such a column has no plan at all.
    """

    of: ClassVar[ObjectKind] = ObjectKind.DOMAIN
    model: ClassVar[type[Domain]] = Domain

    was: Domain | None = None

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(Statement(sql=ddl("DROP DOMAIN {name}", name=self.name))),)

    def inverse(self, place: Place) -> Operation | None:
        return make("createDomain", domain=self.was) if self.was else None

    def contents(self) -> str:
        return f"over {self.was.type}" if self.was else self.label
