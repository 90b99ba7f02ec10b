"""Reading a live database: one SchemaGraph of one moment.

PostgreSQL joins, sorts and writes each kind of object as one JSON document in the shape
of our values; nothing is put together row by row here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import psycopg

from migrate_core.errors import MigrateError
from migrate_core.introspection import definitions, others, rights
from migrate_core.introspection.depends import DEPENDS, references
from migrate_core.introspection.snapshot import (
    PRESENT,
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
from migrate_core.schema.definitions import Composite, Domain, Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    Constraint,
    Index,
    Policy,
    Relation,
    Rule,
    Table,
    Trigger,
)
from migrate_core.schema.refs import Ref
from migrate_core.schema.views import MaterializedView, View

R = TypeVar("R", bound=Relation)

TRIES = 5
MANY_TABLES = 200  # from here on a second session saves more than its connection costs

SCHEMAS = Document("schemas", list[tuple[int, objects.Schema]])
TABLES = Document("tables", list[tuple[int, Table]])
RELATIONS = (
    TABLES,
    Document("views", list[tuple[int, View]]),
    Document("materialized_views", list[tuple[int, MaterializedView]]),
)
# What takes longest. The first two need each table's own entry in the session's cache.
COLUMNS = (
    Document("columns", list[tuple[int, tuple[Column, ...]]]),
    Document("constraints", list[tuple[int, tuple[Constraint, ...]]]),
)
INDEXES = (Document("indexes", list[tuple[int, tuple[Index, ...]]]), DEPENDS)
SMALL = (
    Document("extensions", tuple[objects.Extension, ...]),
    Document("policies", list[tuple[int, tuple[Policy, ...]]]),
    Document("enums", tuple[objects.Enum, ...]),
    Document("domains", tuple[Domain, ...]),
    Document("composites", tuple[Composite, ...]),
    Document("sequences", tuple[objects.Sequence, ...]),
    Document("triggers", list[tuple[int, tuple[Trigger, ...]]]),
    Document("rules", list[tuple[int, tuple[Rule, ...]]]),
    Document("routines", tuple[Routine, ...]),
    *rights.DOCUMENTS,
)


# From 18 on a NOT NULL is a constraint, with a name and rules of its own.
NOT_NULLS = Document("not_nulls", list[tuple[int, str, objects.NotNull]])
NOT_NULLS_SINCE = 18


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
    present = read_documents(conn, [PRESENT], scope)["present"]
    scope["absent"] = frozenset(name for name, is_there in present.items() if not is_there)
    relations = read_documents(conn, RELATIONS, scope)
    tables = relations["tables"]
    scope["tables"] = oid_array(oid for oid, _ in tables)
    scope["relations"] = oid_array(oid for found in relations.values() for oid, _ in found)
    small = _small(major(conn), everywhere=schemas is None)
    if more and len(tables) >= MANY_TABLES:
        read = _read_in_two(conn, more, small, scope)
    else:
        read = read_documents(conn, COLUMNS + INDEXES + small, scope)
    graph = SchemaGraph(
        schemas=tuple(schema for _, schema in found),
        extensions=read["extensions"],
        enums=read["enums"],
        domains=read["domains"],
        composites=read["composites"],
        sequences=read["sequences"],
        routines=read["routines"],
        tables=_with_parts(tables, read),
        views=_with_parts(relations["views"], read),
        materialized_views=_with_parts(relations["materialized_views"], read),
        definitions=definitions.gathered(read),
        **rights.gathered(read),
        others=others.gathered(read),
        major=major(conn),
    )
    return msgspec.structs.replace(graph, depends=_seen(graph, references(read["depends"])))


def _seen(graph: SchemaGraph, found: tuple[tuple[Ref, Ref], ...]) -> tuple[tuple[Ref, Ref], ...]:
    """Of objects that were read: not of an extension's, of ours, or in other schemas."""
    return tuple(edge for edge in found if graph.get(edge[0]) is not None)


def _small(major: int, *, everywhere: bool) -> tuple[Document, ...]:
    found: tuple[Document, ...] = SMALL
    found += (NOT_NULLS,) if major >= NOT_NULLS_SINCE else ()
    found += definitions.documents(major, everywhere=everywhere)
    return found + others.documents()


def _read_in_two(
    conn: psycopg.Connection[Any],
    more: Callable[[], psycopg.Connection[Any]],
    small: tuple[Document, ...],
    scope: Scope,
) -> dict[str, Any]:
    """Each begins with large ones of its own; who is done takes the next of what is left."""
    snapshot = export_snapshot(conn)
    left = deque(small)

    def reading(large: tuple[Document, ...]) -> Iterator[Document]:
        yield from large
        with suppress(IndexError):
            while True:
                yield left.popleft()

    def read_second() -> dict[str, Any]:
        with more() as second, catalog_snapshot(second, shared=snapshot):
            return read_documents(second, reading(INDEXES), scope)

    with ThreadPoolExecutor(max_workers=1) as pool:
        second = pool.submit(read_second)
        first = read_documents(conn, reading(COLUMNS), scope)
        return first | second.result()


def _with_parts(relations: list[tuple[int, R]], read: dict[str, Any]) -> tuple[R, ...]:
    fields = ("columns", "constraints", "indexes", "policies", "triggers", "rules")
    parts = {field: dict(read[field]) for field in fields}
    columns = parts["columns"]
    for oid, name, rule in read.get(NOT_NULLS.name, ()):
        columns[oid] = tuple(
            msgspec.structs.replace(c, not_null_rule=rule) if c.name == name else c
            for c in columns.get(oid, ())
        )
    return tuple(
        relation.change(**{field: found.get(oid, ()) for field, found in parts.items()})
        for oid, relation in relations
    )
