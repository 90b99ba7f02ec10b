"""Which tables a publication holds, and which of them cannot be updated while it does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate_core.pg.lexer import tokens
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
_COLUMNS = re.compile(r" \((?P<columns>[^)]*)\)(?: WHERE .*)?$", re.DOTALL)


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
        if (whole or lists) and (problem := _problem(table, whole or None in lists, lists)):
            found[table.name] = problem
    return found


def _family(graph: SchemaGraph, table: Table) -> Iterator[QualifiedName]:
    """The table, and what it is a partition of: that is published with its partitions."""
    found: Table | None = table
    while found is not None:
        yield found.name
        found = graph.table(found.partition_of.parent) if found.partition_of else None


def _problem(table: Table, whole: bool, lists: list[frozenset[str] | None]) -> str:
    identity = _identity(table)
    if identity is None:
        return "no replica identity"
    for columns in () if whole else lists:
        if columns is not None and (identity == "full" or not set(identity) <= columns):
            return "its identity is not among the published columns"
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


def _listed(publication: Definition) -> Iterator[tuple[QualifiedName, frozenset[str] | None]]:
    """Each table with its list of columns, None for all."""
    for text in publication.then:
        name = published_table(text)
        if name is None:
            continue
        rest = text.partition(f" ADD TABLE ONLY {name}")[2]
        match = _COLUMNS.match(rest)
        names = frozenset(t.name for t in tokens(match["columns"]) if t.name) if match else None
        yield name, names


def _schemas(publication: Definition) -> Iterator[str]:
    for text in publication.then:
        if match := _SCHEMA.search(text):
            yield next(t.name for t in tokens(match["schema"]) if t.name)
