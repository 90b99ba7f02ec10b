"""Forbidding NULL without stopping anybody: several kinds need it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Stage, Statement, ddl, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import MAX_BYTES, QualifiedName
from migrate_core.schema.objects import Column, NotNull, Table

NAMED_SINCE = 18  # PostgreSQL: NOT NULL is a constraint
_ENDING = "_not_null"


def usual_name(table: str, column: str) -> str | None:
    """What PostgreSQL calls a column's NOT NULL; None where it has to cut the name."""
    name = f"{table}_{column}{_ENDING}"
    return name if len(name.encode()) <= MAX_BYTES else None


def made_name(table: str, column: str) -> str:
    """What PostgreSQL calls a column's NOT NULL where the name has to be cut: the longer of both
    parts first. Source: PostgreSQL's makeObjectName()."""
    one, other = len(table.encode()), len(column.encode())
    while one + other > MAX_BYTES - len(_ENDING) - 1:
        one, other = (one - 1, other) if one > other else (one, other - 1)
    parts = ((table, one), (column, other))
    return "_".join(n.encode()[:size].decode(errors="ignore") for n, size in parts) + _ENDING


def names_of(table: Table) -> tuple[str, ...]:
    """The names of its columns' NOT NULLs (18), whoever chose them."""
    required = (column for column in table.columns if column.not_null)
    rules = ((column.name, column.not_null_rule) for column in required)
    return tuple(
        (rule and rule.name) or made_name(table.name.name, column) for column, rule in rules
    )


def with_name(column: Column, name: str) -> Column:
    """The column with the name of its NOT NULL said."""
    rule = msgspec.structs.replace(column.not_null_rule or NotNull(), name=name)
    return msgspec.structs.replace(column, not_null_rule=rule)


def usually_named(table: Table) -> tuple[str, ...]:
    """Columns whose NOT NULL bears the usual name, which a rename leaves behind."""
    return tuple(
        column.name
        for column in table.columns
        if column.not_null and not (column.not_null_rule and column.not_null_rule.name)
    )


def follow_rename(
    table: QualifiedName, old: tuple[str, str], new: tuple[str, str]
) -> Iterator[Statement]:
    """From the usual name for (table, column) as they were to the one for what they are now."""
    was, becomes = usual_name(*old), usual_name(*new)
    if was is None or becomes is None or was == becomes:
        return
    sql = ddl("ALTER TABLE {t} RENAME CONSTRAINT {was} TO {to}", t=table, was=was, to=becomes)
    yield Statement(sql=sql, lock=LockMode.ACCESS_EXCLUSIVE, on=table)


def forbid_null(
    table: QualifiedName,
    column: str,
    *,
    helper: str,
    name: str | None = None,
    may_be_row: bool = False,
) -> tuple[Stage, ...]:
    """A check proves the rule first, so that SET NOT NULL need not scan; `helper` names it.

    `name` is said (18) where PostgreSQL would choose another. Of a column that may hold rows
    the check is worded otherwise: a row with a NULL in it is no NULL, yet not IS NOT NULL.
    """
    names: dict[str, QualifiedName | str] = {"table": table, "column": column, "check": helper}
    exclusive, shared = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE
    add = ddl(
        "ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS {something}) NOT VALID",
        something=raw("DISTINCT FROM NULL" if may_be_row else "NOT NULL"),
        **names,
    )
    validate = ddl("ALTER TABLE {table} VALIDATE CONSTRAINT {check}", **names)
    forbid = ddl("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL", **names)
    if name is not None:
        forbid = ddl("ALTER TABLE {table} ADD CONSTRAINT {n} NOT NULL {column}", n=name, **names)
    drop = ddl("ALTER TABLE {table} DROP CONSTRAINT {check}", **names)
    return (
        stage(Statement(sql=add, lock=exclusive, on=table, inherited=True)),
        stage(Statement(sql=validate, lock=shared, on=table, scans=True, inherited=True)),
        stage(
            Statement(sql=forbid, lock=exclusive, on=table, inherited=True),
            Statement(sql=drop, lock=exclusive, on=table, inherited=True),
        ),
    )
