"""Schemas as people compare them: each object as SQL, before beside after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate_core.pg.ddl import raw
from migrate_core.pg.names import quote_ident
from migrate_core.schema.clauses import column_clause, constraint_clause, sequence_clause
from migrate_core.schema.graph import FIELDS, SchemaGraph
from migrate_core.schema.objects import Enum, Extension, Index, Policy, Schema, Sequence, Table
from studio.display import ObjectDiff


def differences(before: SchemaGraph, after: SchemaGraph) -> list[ObjectDiff]:
    """Every object of either, in name order within its kind; equal ones too."""
    return [*_modelled(before, after), *_others(before, after)]


def _modelled(before: SchemaGraph, after: SchemaGraph) -> Iterator[ObjectDiff]:
    for kind, field in FIELDS.items():
        old = {thing.name: thing for thing in getattr(before, field)}
        new = {thing.name: thing for thing in getattr(after, field)}
        for name in sorted(old.keys() | new.keys()):
            yield _difference(kind.__name__.lower(), str(name), old.get(name), new.get(name))


def _others(before: SchemaGraph, after: SchemaGraph) -> Iterator[ObjectDiff]:
    old = {(o.kind, o.name): o.definition for o in before.others}
    new = {(o.kind, o.name): o.definition for o in after.others}
    for kind, name in sorted(old.keys() | new.keys()):
        a, b = old.get((kind, name)), new.get((kind, name))
        yield ObjectDiff(name=name, kind=kind, change=_change(a, b), before=a or "", after=b or "")


def _difference(kind: str, name: str, old: Any, new: Any) -> ObjectDiff:
    a = old.normal if isinstance(old, Table) else old
    b = new.normal if isinstance(new, Table) else new
    change = _change(a, b)
    return ObjectDiff(
        name=name,
        kind=kind,
        change=change,
        before=text(old) if old is not None else "",
        after=text(new) if new is not None else "",
    )


def _change(old: Any, new: Any) -> Any:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "same" if old == new else "changed"


def text(thing: Schema | Extension | Enum | Sequence | Table) -> str:
    """An object as SQL would make it; for reading and comparing, never for running."""
    match thing:
        case Schema():
            lines = [f"CREATE SCHEMA {quote_ident(thing.name)};"]
        case Extension():
            schema = quote_ident(thing.schema)
            lines = [f"CREATE EXTENSION {quote_ident(thing.name)} WITH SCHEMA {schema};"]
        case Enum():
            values = ",\n  ".join("'" + value.replace("'", "''") + "'" for value in thing.values)
            lines = [f"CREATE TYPE {thing.name} AS ENUM (\n  {values}\n);"]
        case Sequence():
            lines = [f"CREATE SEQUENCE {thing.name} {sequence_clause(thing.options)};"]
            if thing.owned_by:
                owner = f"{thing.owned_by.table}.{quote_ident(thing.owned_by.column)}"
                lines.append(f"ALTER SEQUENCE {thing.name} OWNED BY {owner};")
        case Table():
            lines = list(_table(thing))
    comment = getattr(thing, "comment", None)
    return "\n".join([*lines, f"-- {comment}"] if comment else lines)


def _table(table: Table) -> Iterator[str]:
    inside = [str(column_clause(column)) for column in table.columns]
    inside += [
        str(constraint_clause(constraint)) + ("" if constraint.validated else " NOT VALID")
        for constraint in table.constraints
    ]
    yield f"CREATE TABLE {table.name} (\n  " + ",\n  ".join(inside) + "\n);"
    for index in table.indexes:
        yield _index(table, index)
    if table.row_security:
        yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;"
    if table.force_row_security:
        yield f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY;"
    for policy in table.policies:
        yield _policy(table, policy)
    for column in table.columns:
        if column.comment:
            yield f"-- {quote_ident(column.name)}: {column.comment}"


def _index(table: Table, index: Index) -> str:
    unique = "UNIQUE " if index.unique else ""
    invalid = "" if index.valid else "  -- INVALID"
    name = quote_ident(index.name)
    return f"CREATE {unique}INDEX {name} ON {table.name} {raw(index.definition)};{invalid}"


def _policy(table: Table, policy: Policy) -> str:
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    roles = ", ".join(policy.roles)
    using = f" USING ({policy.using})" if policy.using else ""
    check = f" WITH CHECK ({policy.check})" if policy.check else ""
    return (
        f"CREATE POLICY {quote_ident(policy.name)} ON {table.name}{kind}"
        f" FOR {policy.command.upper()} TO {roles}{using}{check};"
    )
