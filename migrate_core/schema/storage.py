"""How rows and columns are kept: storage parameters and column settings as DDL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate_core.pg.ddl import Statement, ddl, literal, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Column

# Logical decoding looks at it, so it is changed while nobody else has the table.
# Source: PostgreSQL's reloptions.c, the lock mode of each parameter.
_EXCLUSIVE = frozenset({"user_catalog_table"})
_PLAIN = re.compile(r"[A-Za-z0-9_.+-]+")


def parameter(option: str) -> str:
    """`name=value` as SET and WITH take it."""
    name, equals, value = option.partition("=")
    if not equals:
        return name
    return f"{name}={value if _PLAIN.fullmatch(value) else literal(value)}"


def parameters(options: Iterable[str], toast: Iterable[str] = ()) -> str:
    """A list of storage parameters, those of the TOAST table after its own."""
    return ", ".join([*map(parameter, options), *(f"toast.{parameter(o)}" for o in toast)])


def changes(
    old: Iterable[str], new: Iterable[str], prefix: str = ""
) -> tuple[list[str], list[str]]:
    """(to SET, to RESET) that lead from the old parameters to the new.

    All new ones are set: PostgreSQL puts what is set behind what it kept, and their order
    is part of what a dump shows.
    """
    had, has = list(old), list(new)
    names = {option.partition("=")[0] for option in has}
    gone = [name for option in had if (name := option.partition("=")[0]) not in names]
    kept = [option for option in had if option.partition("=")[0] in names]
    to_set = [f"{prefix}{parameter(option)}" for option in has] if kept != has else []
    return to_set, [f"{prefix}{name}" for name in gone]


def lock_of(options: Iterable[str]) -> LockMode:
    names = {option.partition("=")[0] for option in options}
    return LockMode.ACCESS_EXCLUSIVE if names & _EXCLUSIVE else LockMode.SHARE_UPDATE_EXCLUSIVE


def column_settings(table: QualifiedName, old: Column | None, new: Column) -> Iterator[Statement]:
    """What the column's clause cannot say; `old` is the column before, None for a new one."""
    bare = Column(name=new.name, type=new.type)
    old = old or bare
    exclusive, shared = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE_UPDATE_EXCLUSIVE
    if new.storage != old.storage:
        # SET STORAGE DEFAULT came with 16, so the type's own is named.
        to = new.storage or old.type_storage or "extended"
        yield _alter(table, new, f"SET STORAGE {to.upper()}", exclusive)
    if new.compression != old.compression:
        yield _alter(table, new, f"SET COMPRESSION {new.compression or 'default'}", exclusive)
    if new.statistics != old.statistics:
        target = -1 if new.statistics is None else new.statistics
        yield _alter(table, new, f"SET STATISTICS {target}", shared)
    to_set, to_reset = changes(old.options, new.options)
    if to_set:
        yield _alter(table, new, f"SET ({', '.join(to_set)})", shared)
    if to_reset:
        yield _alter(table, new, f"RESET ({', '.join(to_reset)})", shared)


def _alter(table: QualifiedName, column: Column, action: str, lock: LockMode) -> Statement:
    sql = ddl(
        "ALTER TABLE {table} ALTER COLUMN {column} {action}",
        table=table,
        column=column.name,
        action=raw(action),
    )
    return Statement(sql=sql, lock=lock, on=table)
