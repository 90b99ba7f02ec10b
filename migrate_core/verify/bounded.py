"""How many rows an UPDATE reaches at most, whatever the target holds: by a unique key alone.

Asked of the planner on the shadow, which is told to use indexes where it can: a shadow has few
rows, and would be read from end to end. What it does not answer for is not bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

import psycopg

from migrate_core.declared.statements import File, Statement, split
from migrate_core.errors import DeclaredError
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query

Connection = psycopg.Connection[Any]
Node = Mapping[str, Any]
Bounds = Mapping[QualifiedName, float]

_WRITES = frozenset(["update", "insert", "with"])
_BY_INDEX = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off;
SET LOCAL lock_timeout = '1s'
"""
_NAME = r'(?:[\w$]+|"(?:[^"]|"")+")'
_COLUMN = rf"\(*{_NAME}(?:\.{_NAME})?\)*(?:::[\w ]+)?"  # also `(t.code)::text`
_EQUALS = re.compile(rf"\(({_COLUMN}) = (?P<value>.+)\)", re.DOTALL)
_ANY_OF = re.compile(r"ANY \((?P<values>'.*'::.+\[\])\)", re.DOTALL)
# As many rows as what they are about, or fewer.
_THROUGH = frozenset(
    ["Aggregate", "Limit", "LockRows", "Materialize", "Memoize", "Sort", "Subquery Scan", "Unique"]
)


def bounds(conn: Connection, sql: str) -> Bounds:
    """Rows that its statements write over, of each table; infinite where nobody knows.

    Rows that triggers or foreign keys write over in turn are not counted.
    """
    found: dict[QualifiedName, float] = {}
    try:
        for statement in split(File("script", sql)):
            if isinstance(statement, Statement) and statement.names[0] in _WRITES:
                for table, rows in _of_plan(conn, statement.text):
                    found[table] = found.get(table, 0) + rows
    except (DeclaredError, psycopg.Error):  # it needs what an earlier statement makes
        return {}
    return found


def _of_plan(conn: Connection, statement: str) -> Iterator[tuple[QualifiedName, float]]:
    with conn.transaction(force_rollback=True):
        conn.execute(_BY_INDEX, prepare=False)
        explain = f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}"
        ((plans,),) = conn.execute(explain.encode(), prepare=False).fetchall()
        keys = dict(conn.execute(query(__package__, "unique_keys"), prepare=False).fetchall())
        plan = _Plan(conn, plans[0]["Plan"], keys)
        for node in plan.nodes:
            if node["Node Type"] == "ModifyTable" and _writes_over(node):
                yield QualifiedName(node["Schema"], node["Relation Name"]), plan.rows(node)


def _writes_over(node: Node) -> bool:
    return node["Operation"] in ("Update", "Merge") or node.get("Conflict Resolution") == "UPDATE"


class _Plan:
    def __init__(self, conn: Connection, root: Node, keys: Mapping[str, int]) -> None:
        self.nodes = list(_nodes(root))
        self._conn, self._keys = conn, keys
        self._ctes = {node.get("Subplan Name", ""): node for node in self.nodes}

    def rows(self, node: Node) -> float:
        """At most."""
        kind = node["Node Type"]
        below = [one for one in node.get("Plans", ()) if one["Parent Relationship"] in _OF_ROWS]
        if kind in ("Index Scan", "Index Only Scan"):
            return self._found(node)
        if kind == "Values Scan":
            return inf if "Filter" in node else float(node["Plan Rows"])
        if kind == "CTE Scan":
            return self.rows(self._ctes[f"CTE {node['CTE Name']}"])
        if kind == "Result" and not below:
            return 1
        if kind == "Nested Loop":
            return self.rows(below[0]) * self.rows(below[1])
        if kind == "Append" or (kind == "ModifyTable" and node["Operation"] != "Merge"):
            return sum(map(self.rows, below))
        return self.rows(below[0]) if kind in _THROUGH | {"Result"} else inf

    def _found(self, node: Node) -> float:
        """By values for all columns of a unique key: one row for each."""
        conditions = list(_parts(node.get("Index Cond", "")))
        width = self._keys.get(f"{node['Schema']}.{node['Index Name']}")
        found = [_EQUALS.fullmatch(condition) for condition in conditions]
        if width is None or len(conditions) != width or not all(found):
            return inf
        rows = 1.0
        for one in filter(None, found):
            rows *= self._values(one["value"])
        return rows

    def _values(self, value: str) -> float:
        if not value.startswith("ANY "):
            return 1
        listed = _ANY_OF.fullmatch(value)
        if listed is None:
            return inf
        counted = f"SELECT pg_catalog.cardinality({listed['values']})"
        ((count,),) = self._conn.execute(counted.encode(), prepare=False).fetchall()
        return float(count)


_OF_ROWS = ("Outer", "Inner", "Member", "Subquery")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for one in node.get("Plans", ()):
        yield from _nodes(one)


def _parts(condition: str) -> Iterator[str]:
    """Of `((a = 1) AND (b = 2))`, both; of `(a = 1)`, itself."""
    depth, quoted, start, found = 0, "", 1, list[str]()
    for at, letter in enumerate(condition):
        if quoted or letter in "'\"":
            quoted = "" if letter == quoted else quoted or letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif depth == 1 and condition.startswith(" AND ", at):
            found.append(condition[start:at])
            start = at + len(" AND ")
    yield from [*found, condition[start:-1]] if found else filter(None, [condition])
