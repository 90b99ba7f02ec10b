"""What keeps a table from being made anew beside itself: named, with the way out."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.schema.families import is_alone
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.keys import key_of
from migrate_core.schema.objects import Constraint, Table
from migrate_core.schema.refs import PARTS_OF_RELATIONS, ObjectKind, Ref
from migrate_core.schema.removal import readers
from migrate_core.schema.rules import read_key


def why_unbuildable(graph: SchemaGraph, table: Table) -> str:
    """The first obstacle; "" where there is none."""
    return next(_obstacles(graph, table), "")


def _obstacles(graph: SchemaGraph, table: Table) -> Iterator[str]:
    if not is_alone(graph, table):
        yield "it is foreign, or has partitions or heirs, or is one; detach it first"
    if key_of(table) is None:
        yield (
            "no primary key, and no unique key without NULLs, tells its rows apart;"
            " add one first, or use VACUUM FULL while nobody needs it"
        )
    if table.force_row_security:
        yield "row security is forced on its owner, who copies; take FORCE off meanwhile"
    yield from _unfit_parts(table)
    yield from _tied(graph, table)
    leaning = tuple(dict.fromkeys((*_leaning(graph, table), *_published(graph, table))))
    if leaning:
        words = ", ".join(leaning)
        yield f"{words} would go on with the old table; drop that first, and make it anew after"


def _unfit_parts(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if constraint.type in ("primary key", "unique", "exclude") and _is_late(constraint):
            yield f"{constraint.name} is checked late; make it NOT DEFERRABLE meanwhile"
    for index in table.indexes:
        if not index.valid:
            yield f"index {index.name} is not valid; drop it or build it again first"


def _is_late(constraint: Constraint) -> bool:
    if constraint.type == "exclude":
        return " DEFERRABLE" in constraint.definition
    return bool(read_key(constraint.definition).timing)


def _tied(graph: SchemaGraph, table: Table) -> Iterator[str]:
    """Foreign keys from or to what has a family cannot be made NOT VALID on every major."""
    keys = [
        (table, key, graph.table(key.references)) for key in table.constraints if key.references
    ]
    keys += [(found, key, found) for found, key in graph.foreign_keys_to(table.name)]
    for owner, key, other in keys:
        if other is not None and not is_alone(graph, other):
            yield (
                f"foreign key {key.name} of {owner.name} ties it to a table with partitions or"
                " heirs; drop that key first, and add it after"
            )


def _leaning(graph: SchemaGraph, table: Table) -> Iterator[str]:
    names = [Ref.of(ObjectKind.TABLE, table.name)]
    names += [ref for ref in graph.dependents if _is_part(ref, table)]
    for name in names:
        for one in graph.dependents.get(name, ()):
            if not _is_part(one, table) and one not in names:
                yield f"{one.kind} {one}"
    if not graph.depends:
        yield from readers(graph, table)


def _is_part(ref: Ref, table: Table) -> bool:
    return ref.kind in PARTS_OF_RELATIONS and ref.relation == table.name


def _published(graph: SchemaGraph, table: Table) -> Iterator[str]:
    """The twin would be published too, before any subscriber has it."""
    schema = f" ADD TABLES IN SCHEMA {str(table.name).rpartition('.')[0]}"
    for one in graph.definitions:
        if one.kind is not ObjectKind.PUBLICATION:
            continue
        texts = (one.create, *one.then)
        if "FOR ALL TABLES" in one.create or any(text.endswith(schema) for text in texts):
            yield f"{one.kind} {one.name}"
