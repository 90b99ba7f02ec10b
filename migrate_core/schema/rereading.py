"""What a change of a column's type does beside writing rows: measured, see docs/locks.md.

A widening writes nothing, and yet reads every row under ACCESS EXCLUSIVE where a CHECK has to be
asked again or an index cannot keep its file.
"""

from __future__ import annotations

from migrate_core.pg.lexer import mentions
from migrate_core.schema.objects import Index, Table

# Stored alike, but compared by another operator family: an index is built anew.
_COMPARED_OTHERWISE = {
    ("integer", "oid"),
    ("timestamp without time zone", "timestamp with time zone"),
    ("timestamp with time zone", "timestamp without time zone"),
}


def rereads(table: Table, column: str, was: str, now: str) -> bool:
    """Whether rules or indexes make a change read every row that would otherwise be free."""
    asked = any(
        c.type == "check" and c.validated and column in c.columns for c in table.constraints
    )
    rebuilt = any(column in one.columns and _is_computed(one) for one in table.indexes)
    return asked or rebuilt or (_otherwise(was, now) and is_indexed(table, column))


def _otherwise(was: str, now: str) -> bool:
    return (_without_modifier(was), _without_modifier(now)) in _COMPARED_OTHERWISE


def _without_modifier(type_: str) -> str:
    return type_.partition("(")[0] + type_.partition(")")[2]


def is_indexed(table: Table, column: str) -> bool:
    keys = [c.columns for c in table.constraints if c.type in ("primary key", "unique", "exclude")]
    return any(column in columns for columns in (*keys, *(i.columns for i in table.indexes)))


def _is_computed(index: Index) -> bool:
    """Whether it holds an expression or leaves rows out: PostgreSQL then never keeps its file."""
    keys = index.definition.partition("(")[2]
    is_expression = "(" in keys.partition(")")[0]
    return is_expression or mentions(index.definition, "where")
