"""dropUserMapping: a role is no longer mapped to one of a foreign server."""

from __future__ import annotations

from typing import ClassVar

from migrate_core.operations.definitions import DropDefinition
from migrate_core.pg.ddl import Statement, raw
from migrate_core.schema.refs import ObjectKind


class DropUserMapping(DropDefinition, frozen=True, kw_only=True):
    """Drop a user mapping, which has no name: role and server are found in what made it."""

    of: ClassVar[ObjectKind] = ObjectKind.USER_MAPPING
    create: ClassVar[str] = "createUserMapping"

    def statement(self) -> Statement:
        made = self.was.create if self.was else ""
        return Statement(sql=raw(f"DROP{made.removeprefix('CREATE')}"))
