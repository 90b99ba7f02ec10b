"""Rows for every table of a database, and whether they are still there afterwards.

Row number N holds in each column the Nth value of the column's type, so that a foreign key
finds its row. What a table does not take (a check, a trigger) it is left without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

ROWS = 3
PASSES = 3  # as deep as tables refer to one another
Kept = Mapping[str, tuple[str, ...]]  # table, as an identifier -> columns

TABLES = """
SELECT c.oid::regclass::text AS name, c.relkind::text AS kind, c.relispartition AS is_partition,
  coalesce((SELECT string_agg(pg_get_partkeydef(a.relid), ' ')
    FROM pg_partition_ancestors(c.oid) AS a), '') AS keys,
  coalesce((SELECT string_agg(pg_get_expr(b.relpartbound, b.oid), ' ')
    FROM pg_partition_ancestors(c.oid) AS a JOIN pg_class AS b ON b.oid = a.relid), '') AS bounds
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.oid
"""
COLUMNS = """
SELECT a.attrelid::regclass::text AS table, quote_ident(a.attname) AS name,
  -- With what a domain is over: where that changes, values are written otherwise.
  concat_ws(' over ', format_type(a.atttypid, a.atttypmod),
    CASE w.typtype WHEN 'd' THEN format_type(w.typbasetype, w.typtypmod) END) AS type,
  a.attnotnull AS not_null,
  a.atthasdef AS has_default, a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,
  a.atttypmod AS modifier, coalesce(e.typcategory, t.typcategory)::text AS category,
  coalesce(e.typname, t.typname) AS base, e.oid IS NOT NULL AS is_array,
  (SELECT array_agg(v.enumlabel::text ORDER BY v.enumsortorder) FROM pg_enum AS v
    WHERE v.enumtypid = coalesce(e.oid, t.oid)) AS labels
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_type AS w ON w.oid = a.atttypid
JOIN pg_type AS t ON t.oid = CASE w.typtype WHEN 'd' THEN w.typbasetype ELSE w.oid END
LEFT JOIN pg_type AS e ON t.typcategory = 'A' AND e.oid = t.typelem
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.oid >= 16384
ORDER BY a.attrelid, a.attnum
"""
BY_CATEGORY = {
    "B": "true",
    "N": "{n}",
    "S": "{n}",
    "T": "{n} days",
    "I": "10.0.0.{n}",
    "R": "empty",
}
BY_NAME = {
    "date": "2020-01-0{n}",
    "time": "10:00:0{n}",
    "timetz": "10:00:0{n}+00",
    "timestamp": "2020-01-0{n} 10:00:00",
    "timestamptz": "2020-01-0{n} 10:00:00+00",
    "uuid": "00000000-0000-0000-0000-00000000000{n}",
    "json": '{{"n": {n}}}',
    "jsonb": '{{"n": {n}}}',
    "bytea": "\\x0{n}",
    "point": "({n},{n})",
    "int4range": "[{n},{n}]",
    "int8range": "[{n},{n}]",
    "numrange": "[{n},{n}]",
    "xml": "<n>{n}</n>",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    table: str
    name: str
    type: str
    not_null: bool
    has_default: bool
    generated: bool
    identity: bool
    modifier: int
    category: str
    base: str
    is_array: bool
    labels: list[str] | None

    @property
    def needed(self) -> bool:
        return self.not_null and not self.has_default and not self.identity

    def value(self, number: int) -> str | None:
        """The Nth of its type, as text; None where none is known."""
        if self.labels:
            value = self.labels[number % len(self.labels)]
        elif self.base in ("bit", "varbit"):
            value = "1" * (self.modifier if self.modifier > 0 else 1)
        else:
            pattern = BY_NAME.get(self.base) or BY_CATEGORY.get(self.category, "{n}")
            value = pattern.format(n=number)
        return f'{{"{value}"}}' if self.is_array else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    name: str
    kind: str
    is_partition: bool
    keys: str
    bounds: str


def seed(conn: psycopg.Connection) -> int:
    """Puts up to three rows into every table: how many tables took any."""
    columns = _columns(conn)
    todo = list(_tables(conn).values())
    filled = 0
    for _ in range(PASSES):
        left = [table for table in todo if not _fill(conn, table, columns.get(table.name, []))]
        filled += len(todo) - len(left)
        if not left or len(left) == len(todo):
            break
        todo = left
    return filled


def kept(before: psycopg.Connection, after: psycopg.Connection) -> Kept:
    """The columns that hold rows and have to hold them still: of one name and type on both sides.

    A table that becomes partitioned, or a partition with other bounds, is another table.
    """
    old, new = _tables(before), _tables(after)
    same = [name for name, table in old.items() if table == new.get(name) and table.kind == "r"]
    was, will = _columns(before), _columns(after)
    found = {}
    for name in same:
        there = {(c.name, c.type) for c in will.get(name, []) if not c.generated}
        names = [c.name for c in was.get(name, []) if not c.generated]
        types = {c.name: c.type for c in was.get(name, [])}
        if left := tuple(column for column in names if (column, types[column]) in there):
            found[name] = left
    return found


def checksums(conn: psycopg.Connection, tables: Kept) -> dict[str, str]:
    """Of each table's rows, in no order; a table that is gone has none."""
    return {name: _checksum(conn, name, columns) for name, columns in tables.items()}


def _checksum(conn: psycopg.Connection, table: str, columns: tuple[str, ...]) -> str:
    row = ", ".join(f"{column}::text" for column in columns)
    rows = f"SELECT ROW({row})::text AS r FROM ONLY {table}"
    query = f"SELECT md5(string_agg(r, ' ' ORDER BY r)) || ' ' || count(*) FROM ({rows}) AS t"
    try:
        found = conn.execute(query.encode()).fetchone()
    except psycopg.errors.UndefinedTable:
        return "no table"
    return str(found[0] if found else None)


def _fill(conn: psycopg.Connection, table: Table, columns: list[Column]) -> bool:
    """Whether a row went in: with every column, or with those that must have a value."""
    settable = [column for column in columns if not column.generated]
    choices = (settable, [column for column in settable if column.needed])
    done = [
        any(_insert(conn, table, chosen, number) for chosen in choices)
        for number in range(1, ROWS + 1)
    ]
    return any(done)


def _insert(conn: psycopg.Connection, table: Table, columns: list[Column], number: int) -> bool:
    values = {column.name: column.value(number) for column in columns}
    if table.is_partition:
        values |= {name: value for name, value in _places(table) if name in values}
    words = (
        f"({', '.join(values)}) OVERRIDING SYSTEM VALUE VALUES ({', '.join('%s' for _ in values)})"
    )
    statement = f"INSERT INTO {table.name} {words if values else 'DEFAULT VALUES'}"
    try:
        conn.execute(statement.encode(), list(values.values()))
    except psycopg.Error:
        return False  # left without, as said above
    return True


def _places(table: Table) -> Iterator[tuple[str, str]]:
    """Key columns of a partition and a value each that its bounds let in, where that is plain."""
    keys = re.findall(r"(?:LIST|RANGE) \(([^()]+)\)", table.keys)
    bounds = re.findall(r"(?:IN|FROM) \(([^()]+)\)", table.bounds)
    for key, bound in zip(keys, bounds, strict=False):
        for name, value in zip(key.split(", "), bound.split(", "), strict=False):
            if value not in ("MINVALUE", "MAXVALUE"):
                yield name, value.split("::")[0].strip("'")


def _tables(conn: psycopg.Connection) -> dict[str, Table]:
    rows = conn.execute(TABLES).fetchall()
    fields = Table.__slots__
    return {row[0]: Table(**dict(zip(fields, row, strict=True))) for row in rows}


def _columns(conn: psycopg.Connection) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for row in conn.execute(COLUMNS).fetchall():
        column = Column(**dict(zip(Column.__slots__, row, strict=True)))
        found.setdefault(column.table, []).append(column)
    return found
