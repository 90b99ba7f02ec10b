"""Triggers that copy their row into another table, by position and not by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.bodies import code
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.triggers import Firing

_ROWS = (
    ["old", ".", "*"],
    ["new", ".", "*"],
    ["(", "old", ")", ".", "*"],
    ["(", "new", ")", ".", "*"],
)
# Where the values of a query end.
_ENDS = frozenset(
    ["from", "where", "union", "except", "intersect", "group", "order", "limit", "returning", "on"]
)
# A row that is not there has no fields, and a body that builds its text knows the columns.
_GUARDS = frozenset(["execute", "others", "tg_table_name", "tg_relid", "tg_relname"])


def too_narrow(graph: SchemaGraph, table: Table, routine: Routine, how: Firing) -> Iterator[str]:
    """Tables that have fewer columns than are put into them: PostgreSQL takes fewer values than
    columns, and refuses more."""
    found = code(routine) if routine.language == "plpgsql" and how.writes else []
    texts = [token.name or token.text for token in found]
    if _GUARDS & set(texts):
        return
    for at in range(len(texts) - 1):
        if texts[at : at + 2] != ["insert", "into"]:
            continue
        into, rest = _target(graph, texts[at + 2 :])
        count = _count(_values(rest), len(table.columns)) if into else 0
        if into and count > len(into.columns):
            yield f"puts {count} values into {into.name}, which has {len(into.columns)} columns"


def _target(graph: SchemaGraph, texts: Sequence[str]) -> tuple[Table | None, Sequence[str]]:
    """The table, and what follows its name; of two tables of a name none is meant."""
    if len(texts) > 2 and texts[1] == ".":
        return graph.table(QualifiedName(texts[0], texts[2])), texts[3:]
    named = [one for one in graph.tables if one.name.name == texts[0]] if texts else []
    return (named[0] if len(named) == 1 else None), texts[1:]


def _values(texts: Sequence[str]) -> list[list[str]]:
    """Of SELECT or of one row of VALUES, each in words; none where columns are named first."""
    if not texts or texts[0] not in ("select", "values"):
        return []
    is_row = texts[0] == "values"
    found: list[list[str]] = [[]]
    depth = 0
    for text in texts[2 if is_row else 1 :]:
        ends = text == ")" if is_row else text in _ENDS
        if depth == 0 and (ends or text == ";"):
            break
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0 and text == ",":
            found.append([])
        else:
            found[-1].append(text)
    return found


def _count(values: Sequence[list[str]], width: int) -> int:
    """0 where no whole row is among them, or another's."""
    whole = [value in _ROWS for value in values]
    if not any(whole) or any(value[-1:] == ["*"] for value in values if value not in _ROWS):
        return 0
    return sum(width if is_whole else 1 for is_whole in whole)
