"""dropStatistics: extended statistics goes."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.pg.ddl import Statement, ddl, raw
from migrate_core.pg.locks import LockMode
from migrate_core.schema.altering import table_of
from migrate_core.schema.refs import ObjectKind


class DropStatistics(DropDefinition, frozen=True, kw_only=True):
    """Drop extended statistics; the planner goes back to each column by itself."""

    of: ClassVar[ObjectKind] = ObjectKind.STATISTICS
    create: ClassVar[str] = "createStatistics"

    def statement(self) -> Statement:
        sql = ddl("DROP STATISTICS {name}", name=raw(self.name))
        table = table_of(self.was.create) if self.was else None
        if table is None:
            return Statement(sql=sql)
        return Statement(sql=sql, lock=LockMode.SHARE_UPDATE_EXCLUSIVE, on=table)
