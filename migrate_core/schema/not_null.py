"""Forbidding NULL without stopping anybody: several kinds need it."""

from __future__ import annotations

from migrate_core.pg.ddl import Stage, Statement, ddl, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName


def forbid_null(table: QualifiedName, column: str, *, helper: str) -> tuple[Stage, ...]:
    """A check proves the rule first, so that SET NOT NULL need not scan; `helper` names it."""
    names: dict[str, QualifiedName | str] = {"table": table, "column": column, "check": helper}
    exclusive, shared = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE
    add = ddl(
        "ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID",
        **names,
    )
    validate = ddl("ALTER TABLE {table} VALIDATE CONSTRAINT {check}", **names)
    forbid = ddl("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL", **names)
    drop = ddl("ALTER TABLE {table} DROP CONSTRAINT {check}", **names)
    return (
        stage(Statement(sql=add, lock=exclusive, on=table, inherited=True)),
        stage(Statement(sql=validate, lock=shared, on=table, scans=True, inherited=True)),
        stage(
            Statement(sql=forbid, lock=exclusive, on=table, inherited=True),
            Statement(sql=drop, lock=exclusive, on=table, inherited=True),
        ),
    )
