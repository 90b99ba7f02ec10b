"""By what the rows of a table can be told apart, one by one and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate_core.pg.names import quote_ident
from migrate_core.schema.objects import Constraint, Index, Table
from migrate_core.schema.rules import read_key

# A whole unique index over plain columns; an expression or a condition does not match.
_PLAIN = re.compile(r'USING btree \(((?:[^()"]|"(?:[^"]|"")*")+)\)(?: INCLUDE \([^()]*\))?')

Key = tuple[Constraint | Index, tuple[str, ...]]


def usable_key(table: Table) -> tuple[str, ...]:
    """The columns of the primary key, else of another key in which nothing is NULL; none where
    there is neither. One that is checked late may hold a value twice for a moment."""
    found = key_of(table)
    return found[1] if found else ()


def key_of(table: Table) -> Key | None:
    """The constraint or index itself, with its columns."""
    return next(_keys(table), None)


def _keys(table: Table) -> Iterator[Key]:
    required = {c.name for c in table.columns if c.not_null and _is_proven(table, c.name)}
    keys = (c for c in table.constraints if c.type in ("primary key", "unique"))
    for key in sorted(keys, key=lambda key: key.type):  # "primary key" is the first of them
        shape = read_key(key.definition)
        if not shape.timing and not shape.has_periods and required.issuperset(key.columns):
            yield key, key.columns
    for index in table.indexes:
        columns = _plain_columns(table, index)
        if columns and required.issuperset(columns):
            yield index, columns


def _is_proven(table: Table, column: str) -> bool:
    found = table.column(column)
    rule = found.not_null_rule if found else None
    return rule is None or rule.validated


def _plain_columns(table: Table, index: Index) -> tuple[str, ...]:
    match = _PLAIN.fullmatch(index.definition) if index.unique and index.valid else None
    if match is None:
        return ()
    names = {quote_ident(column.name): column.name for column in table.columns}
    found = tuple(names.get(item) for item in match[1].split(", "))
    return tuple(name for name in found if name) if all(found) else ()
