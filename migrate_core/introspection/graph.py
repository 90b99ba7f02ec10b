"""Reading a live database: one SchemaGraph of one moment.

PostgreSQL joins, sorts and writes each kind of object as one JSON document in the shape
of our values; nothing is put together row by row here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from migrate_core.errors import MigrateError
from migrate_core.introspection import definitions, others, rights
from migrate_core.introspection.depends import DEPENDS, references
from migrate_core.introspection.snapshot import (
    Document,
    Scope,
    TornReadError,
    catalog_snapshot,
    export_snapshot,
    oid_array,
    read_documents,
)
from migrate_core.pg.version import major
from migrate_core.schema import objects
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Constraint, Index, Policy, Table

TRIES = 5
MANY_TABLES = 200  # from here on a second session saves more than its connection costs

SCHEMAS = Document("schemas", list[tuple[int, objects.Schema]])
TABLES = Document("tables", list[tuple[int, Table]])
# Two halves that take about as long as each other.
COLUMNS_HALF = (
    Document("columns", list[tuple[int, tuple[Column, ...]]]),
    Document("constraints", list[tuple[int, tuple[Constraint, ...]]]),
    Document("extensions", tuple[objects.Extension, ...]),
)
INDEXES_HALF = (
    Document("indexes", list[tuple[int, tuple[Index, ...]]]),
    Document("policies", list[tuple[int, tuple[Policy, ...]]]),
    Document("enums", tuple[objects.Enum, ...]),
    Document("sequences", tuple[objects.Sequence, ...]),
    *rights.DOCUMENTS,
    DEPENDS,
)


class SchemaChangedError(MigrateError):
    """Somebody changed the schema again and again while it was being read."""

    code = "schema_changed"


def read_graph(
    conn: psycopg.Connection[Any],
    schemas: Sequence[str] | None = None,
    *,
    more: Callable[[], psycopg.Connection[Any]] | None = None,
) -> SchemaGraph:
    """The named schemas, or all that a person may have made; a missing one is just absent.

    Extensions are read where they are installed in one of the named schemas. What belongs
    to an extension, and everything named `_zanith_*`, is left out. `more` opens a second
    session to the same database, which then reads half of a large schema, at the same
    moment; it is closed here. It needs a `conn` that is in no transaction of the caller's.

    Raises:
        SchemaChangedError: other sessions' DDL left no moment to read it in.
        LockTimeoutError: a table stayed locked for longer than the session may wait.
    """
    for _ in range(TRIES):
        try:
            with catalog_snapshot(conn):
                return _read(conn, schemas, more)
        except TornReadError as error:
            reason = error
    raise SchemaChangedError(
        "the schema kept changing while it was read",
        detail=f"It was read {TRIES} times; the last time: {reason}.",
        hint="Wait until nobody else changes the schema, then try again.",
    )


def _read(
    conn: psycopg.Connection[Any],
    schemas: Sequence[str] | None,
    more: Callable[[], psycopg.Connection[Any]] | None,
) -> SchemaGraph:
    asked = {"schemas": None if schemas is None else list(schemas)}
    found = read_documents(conn, [SCHEMAS], asked)["schemas"]
    scope: dict[str, Any] = {
        "schemas": oid_array(oid for oid, _ in found),
        "schema_names": [schema.name for _, schema in found],
        "everywhere": schemas is None,
    }
    tables = read_documents(conn, [TABLES], scope)["tables"]
    scope["tables"] = oid_array(oid for oid, _ in tables)
    everywhere = schemas is None
    rest = INDEXES_HALF + definitions.documents(major(conn), everywhere=everywhere)
    rest += others.documents(everywhere=everywhere)
    if more and len(tables) >= MANY_TABLES:
        read = _read_in_two(conn, more, rest, scope)
    else:
        read = read_documents(conn, COLUMNS_HALF + rest, scope)
    return SchemaGraph(
        schemas=tuple(schema for _, schema in found),
        extensions=read["extensions"],
        enums=read["enums"],
        sequences=read["sequences"],
        tables=_with_parts(tables, read),
        definitions=definitions.gathered(read),
        **rights.gathered(read),
        others=others.gathered(read),
        depends=references(read["depends"]),
    )


def _read_in_two(
    conn: psycopg.Connection[Any],
    more: Callable[[], psycopg.Connection[Any]],
    rest: tuple[Document, ...],
    scope: Scope,
) -> dict[str, Any]:
    snapshot = export_snapshot(conn)

    def read_rest() -> dict[str, Any]:
        with more() as second, catalog_snapshot(second, shared=snapshot):
            return read_documents(second, rest, scope)

    with ThreadPoolExecutor(max_workers=1) as pool:
        second = pool.submit(read_rest)
        first = read_documents(conn, COLUMNS_HALF, scope)
        return first | second.result()


def _with_parts(tables: list[tuple[int, Table]], read: dict[str, Any]) -> tuple[Table, ...]:
    columns, constraints = dict(read["columns"]), dict(read["constraints"])
    indexes, policies = dict(read["indexes"]), dict(read["policies"])
    return tuple(
        table.change(
            columns=columns.get(oid, ()),
            constraints=constraints.get(oid, ()),
            indexes=indexes.get(oid, ()),
            policies=policies.get(oid, ()),
        )
        for oid, table in tables
    )
