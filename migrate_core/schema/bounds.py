"""Bounds of partitions as conditions on rows, where PostgreSQL's own text can be read as one."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.ddl import ddl
from migrate_core.pg.lexer import mentions, tokens
from migrate_core.schema.families import ancestors
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.rules import top_level_lists

_LONGEST_NAME = 63


def condition(graph: SchemaGraph, parent: Table, bound: str) -> str | None:
    """What a row of a partition satisfies, those of the partitions above it included.

    None where it cannot be said: a hash, a DEFAULT, more keys than one, an expression.
    """
    found = []
    for key, limits in _levels(graph, parent, bound):
        said = _condition(key, limits)
        if said is None:
            return None
        found.append(said)
    return " AND ".join(found)


def leftover(graph: SchemaGraph, child: Table, parent: Table) -> str:
    """What PostgreSQL calls the CHECK that DETACH CONCURRENTLY leaves on a partition."""
    keys = " ".join(table.partition_key or "" for table in (parent, *ancestors(graph, parent)))
    columns = [column.name for column in child.columns if mentions(keys, column.name)]
    middle = columns[0] if len(columns) == 1 else ""
    taken = {
        constraint.name
        for table in graph.tables
        if table.name.schema == child.name.schema
        for constraint in table.constraints
    }
    number = 0
    while True:
        label = f"check{number or ''}"
        name = object_name(child.name.name, middle, label)
        if name not in taken:
            return name
        number += 1


def _levels(graph: SchemaGraph, parent: Table, bound: str) -> Iterator[tuple[str, str]]:
    yield parent.partition_key or "", bound
    for above in ancestors(graph, parent):
        if parent.partition_of is not None:
            yield above.partition_key or "", parent.partition_of.bound
        parent = above


def _condition(key: str, bound: str) -> str | None:
    strategy, _, inside = key.partition(" ")
    words = [token for token in tokens(inside) if token.text.strip()]
    if len(words) != 3 or words[1].name is None or bound == "DEFAULT":
        return None  # more than one name between the parentheses
    column = ddl("{column}", column=words[1].name)
    lists = [bound[start + 1 : end - 1] for start, end in top_level_lists(bound)]
    if strategy == "RANGE" and len(lists) == 2:
        return _range(column, *lists)
    if strategy == "LIST" and len(lists) == 1:
        return _list(column, lists[0])
    return None


def _range(column: str, low: str, high: str) -> str:
    said = [f"{column} IS NOT NULL"]
    said += [f"{column} >= {low}"] if low != "MINVALUE" else []
    said += [f"{column} < {high}"] if high != "MAXVALUE" else []
    return " AND ".join(said)


def _list(column: str, values: str) -> str:
    found = [value.strip() for value in _split(values)]
    some = [value for value in found if value != "NULL"]
    one_of = f"{column} IN ({', '.join(some)})"
    if len(some) == len(found):
        return f"{column} IS NOT NULL AND {one_of}"
    return f"({column} IS NULL OR {one_of})" if some else f"{column} IS NULL"


def _split(values: str) -> Iterator[str]:
    start = 0
    for token in tokens(values):
        if token.text == ",":
            yield values[start : token.start]
            start = token.start + 1
    yield values[start:]


def object_name(table: str, column: str, label: str) -> str:
    """As PostgreSQL's makeObjectName() joins and cuts them."""
    names = [table.encode(), column.encode()]
    room = _LONGEST_NAME - len(label) - 1 - (1 if column else 0)
    while len(names[0]) + len(names[1]) > room:
        longer = 0 if len(names[0]) > len(names[1]) else 1
        names[longer] = names[longer][:-1]
    parts = [name.decode(errors="ignore") for name in names if name]
    return "_".join([*parts, label])
