"""Which tables a publication holds, and which of them cannot be updated while it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from migrate_core.pg.lexer import names_column, tokens
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.altering import published_table
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Table
from migrate_core.schema.rules import index_key

ALL = frozenset({"insert", "update", "delete", "truncate"})
_NEED_IDENTITY = frozenset({"update", "delete"})
_PUBLISH = re.compile(r" SET \(publish = '(?P<actions>[^']*)'\)$")
_SCHEMA = re.compile(r" ADD TABLES IN SCHEMA (?P<schema>.+)$")
_REST = re.compile(r"(?: \((?P<columns>[^)]*)\))?(?: WHERE \((?P<filter>.*)\))?$", re.DOTALL)
_BY_ROOT = " SET (publish_via_partition_root = true)"


class Published(NamedTuple):
    """How a publication holds a table that it lists."""

    columns: frozenset[str] | None  # None: all of them
    filter: str  # "": every row


def actions(publication: Definition) -> frozenset[str]:
    for text in publication.then:
        if match := _PUBLISH.search(text):
            return frozenset(filter(None, match["actions"].split(", ")))
    return ALL


def without_identity(graph: SchemaGraph, publication: Definition) -> dict[QualifiedName, str]:
    """Tables whose UPDATE or DELETE it makes fail, and why each does."""
    if not actions(publication) & _NEED_IDENTITY:
        return {}
    listed, schemas = dict(_listed(publication)), frozenset(_schemas(publication))
    everything = publication.create.endswith(" FOR ALL TABLES")
    found = {}
    for table in graph.tables:
        if table.partition_key or table.foreign or table.unlogged:
            continue  # has no rows of its own, or none that are published
        family = list(_family(graph, table))
        whole = everything or any(one.schema in schemas for one in family)
        lists = [listed[one] for one in family if one in listed]
        problem = _problem(table, whole, lists) if whole or lists else ""
        if problem:
            found[table.name] = problem
    return found


def _family(graph: SchemaGraph, table: Table) -> Iterator[QualifiedName]:
    """The table, and what it is a partition of: that is published with its partitions."""
    found: Table | None = table
    while found is not None:
        yield found.name
        found = graph.table(found.partition_of.parent) if found.partition_of else None


def _problem(table: Table, whole: bool, lists: list[Published]) -> str:
    identity = _identity(table)
    if identity is None:
        return "no replica identity"
    known = {column.name for column in table.columns} if identity == "full" else set(identity)
    is_whole = whole or any(one.columns is None for one in lists)
    for columns in (one.columns for one in lists if one.columns and not is_whole):
        if identity == "full" or not known <= columns:
            return "its identity is not among the published columns"
    for column in (column.name for column in table.columns if column.name not in known):
        if any(names_column(one.filter, column) for one in lists):
            return f"its filter asks for {column}, which is not in its identity"
    return ""


def _identity(table: Table) -> tuple[str, ...] | str | None:
    """The columns that tell its rows apart; PostgreSQL takes no deferrable key for that."""
    if table.replica_identity in ("full", "nothing"):
        return "full" if table.replica_identity == "full" else None
    key = table.primary_key
    if table.replica_identity == "index":
        key = table.constraint(table.replica_index or "")
        index = table.index(table.replica_index or "")
        if key is None:
            return index_key(index) if index else None
    return key.columns if key and "DEFERRABLE" not in key.definition else None


def _listed(publication: Definition) -> Iterator[tuple[QualifiedName, Published]]:
    for text in publication.then:
        name = published_table(text)
        match = _REST.match(text.partition(f" ADD TABLE ONLY {name}")[2]) if name else None
        if name is None or match is None:
            continue
        named = (token.name for token in tokens(match["columns"] or ""))
        columns = frozenset(one for one in named if one)
        yield name, Published(columns or None, match["filter"] or "")


def _schemas(publication: Definition) -> Iterator[str]:
    for text in publication.then:
        if match := _SCHEMA.search(text):
            yield next(t.name for t in tokens(match["schema"]) if t.name)


def by_root(publication: Definition) -> bool:
    """Whether rows of partitions are published as those of the table above them."""
    return any(text.endswith(_BY_ROOT) for text in publication.then)


def partitioned(graph: SchemaGraph, publication: Definition) -> Iterator[QualifiedName]:
    """Partitioned tables that it holds."""
    listed, schemas = dict(_listed(publication)), frozenset(_schemas(publication))
    everything = publication.create.endswith(" FOR ALL TABLES")
    for table in graph.tables:
        held = everything or table.name in listed or table.name.schema in schemas
        if table.partition_key and held:
            yield table.name
