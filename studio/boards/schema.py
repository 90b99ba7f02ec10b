"""Schemas as people compare them: each object as SQL, before beside after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from migrate_core.pg.ddl import raw
from migrate_core.pg.names import quote_ident
from migrate_core.schema.access import in_words
from migrate_core.schema.clauses import column_clause, constraint_clause, sequence_clause
from migrate_core.schema.definitions import Composite, Definition, Domain, Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, ref_of
from migrate_core.schema.objects import (
    Enum,
    Extension,
    Index,
    Policy,
    Relation,
    Schema,
    Sequence,
    Table,
    Thing,
)
from migrate_core.schema.type_clauses import attribute_clause, check_clause, not_null_clause
from migrate_core.schema.views import MaterializedView, View
from studio.display import ObjectDiff


def differences(before: SchemaGraph, after: SchemaGraph) -> list[ObjectDiff]:
    """Every object of either, in name order within its kind; equal ones too."""
    return [*_modelled(before, after), *_rights(before, after), *_others(before, after)]


def _modelled(before: SchemaGraph, after: SchemaGraph) -> Iterator[ObjectDiff]:
    for field in FIELDS.values():
        old = {thing.key: thing for thing in getattr(before, field)}
        new = {thing.key: thing for thing in getattr(after, field)}
        for key in sorted(old.keys() | new.keys()):
            one = old.get(key) or new[key]
            yield _difference(ref_of(one).kind, str(one.name), old.get(key), new.get(key))


def _others(before: SchemaGraph, after: SchemaGraph) -> Iterator[ObjectDiff]:
    old = {(o.kind, o.name): o.definition for o in before.others}
    new = {(o.kind, o.name): o.definition for o in after.others}
    yield from _texts(old, new)


def _rights(before: SchemaGraph, after: SchemaGraph) -> Iterator[ObjectDiff]:
    """Owners, privileges and default privileges, each by the object it is about; those of what
    goes go with it, which is nothing of its own."""
    yield from _texts(_right_texts(before, after), _right_texts(after, after))


def _right_texts(graph: SchemaGraph, after: SchemaGraph) -> dict[tuple[str, str], str]:
    owners = (owner for owner in graph.owners if after.get(owner.object) is not None)
    found = {("owner", f"owner of {o.object.kind} {o.object}"): o.role for o in owners}
    for ref, privileges in graph.privileges_of.items():
        if after.get(ref) is not None:
            found["privileges", f"privileges on {ref.kind} {ref}"] = in_words(privileges)
    for about, defaults in graph.defaults_of.items():
        found["default privileges", f"default privileges {about}"] = in_words(defaults)
    return found


def _texts(
    old: dict[tuple[str, str], str], new: dict[tuple[str, str], str]
) -> Iterator[ObjectDiff]:
    for kind, name in sorted(old.keys() | new.keys()):
        a, b = old.get((kind, name)), new.get((kind, name))
        yield ObjectDiff(name=name, kind=kind, change=_change(a, b), before=a or "", after=b or "")


def _difference(kind: str, name: str, old: Any, new: Any) -> ObjectDiff:
    a = old.normal if isinstance(old, Relation) else old
    b = new.normal if isinstance(new, Relation) else new
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


def text(thing: Thing) -> str:
    """An object as SQL would make it; for reading and comparing, never for running."""
    lines = list(_LINES[type(thing)](thing))
    comment = getattr(thing, "comment", None)
    return "\n".join([*lines, f"-- {comment}"] if comment else lines)


def _schema(schema: Schema) -> Iterator[str]:
    yield f"CREATE SCHEMA {quote_ident(schema.name)};"


def _extension(extension: Extension) -> Iterator[str]:
    schema = quote_ident(extension.schema)
    yield f"CREATE EXTENSION {quote_ident(extension.name)} WITH SCHEMA {schema};"


def _enum(enum: Enum) -> Iterator[str]:
    values = ",\n  ".join("'" + value.replace("'", "''") + "'" for value in enum.values)
    yield f"CREATE TYPE {enum.name} AS ENUM (\n  {values}\n);"


def _sequence(sequence: Sequence) -> Iterator[str]:
    yield f"CREATE SEQUENCE {sequence.name} {sequence_clause(sequence.options)};"
    if sequence.owned_by:
        owner = f"{sequence.owned_by.table}.{quote_ident(sequence.owned_by.column)}"
        yield f"ALTER SEQUENCE {sequence.name} OWNED BY {owner};"


def _routine(routine: Routine) -> Iterator[str]:
    yield f"{routine.definition.strip()};"


def _definition(definition: Definition) -> Iterator[str]:
    yield from (f"{statement};" for statement in (definition.create, *definition.then))


def _composite(composite: Composite) -> Iterator[str]:
    inside = ",\n  ".join(attribute_clause(a) for a in composite.attributes)
    yield f"CREATE TYPE {composite.name} AS (\n  {inside}\n);"


def _table(table: Table) -> Iterator[str]:
    inside = [str(column_clause(column)) for column in table.columns]
    inside += [
        str(constraint_clause(constraint)) + ("" if constraint.validated else " NOT VALID")
        for constraint in table.constraints
    ]
    kind = "FOREIGN TABLE" if table.foreign else "TABLE"
    yield f"CREATE {kind} {table.name} (\n  " + ",\n  ".join(inside) + f"\n){_family(table)};"
    if table.partition_of:
        parent, bound = table.partition_of.parent, table.partition_of.bound
        yield f"ALTER TABLE {parent} ATTACH PARTITION {table.name} {bound};"
    for index in table.indexes:
        yield _index(table, index)
    if table.row_security:
        yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;"
    if table.force_row_security:
        yield f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY;"
    for policy in table.policies:
        yield _policy(table, policy)
    yield from _triggers_and_rules(table)
    for column in table.columns:
        if column.comment:
            yield f"-- {quote_ident(column.name)}: {column.comment}"


def _family(table: Table) -> str:
    text = f" INHERITS ({', '.join(map(str, table.inherits))})" if table.inherits else ""
    text += f" PARTITION BY {table.partition_key}" if table.partition_key else ""
    if table.foreign:
        text += f" SERVER {quote_ident(table.foreign.server)}"
        text += f" OPTIONS ({', '.join(table.foreign.options)})" if table.foreign.options else ""
    return text


def _view(view: View | MaterializedView) -> Iterator[str]:
    options = f" WITH ({', '.join(view.options)})" if view.options else ""
    yield f"CREATE {ref_of(view).kind.upper()} {view.name}{options} AS\n{view.definition};"
    for index in view.indexes:
        yield _index(view, index)
    yield from _triggers_and_rules(view)


def _triggers_and_rules(relation: Relation) -> Iterator[str]:
    yield from (f"{trigger.definition};" for trigger in relation.triggers)
    yield from (f"{rule.definition};" for rule in relation.rules)


def _domain(domain: Domain) -> Iterator[str]:
    rules = [f"COLLATE {domain.collation}"] if domain.collation else []
    rules += [f"DEFAULT {domain.default}"] if domain.default is not None else []
    rules += [not_null_clause(domain)] if domain.not_null else []
    rules += [
        check_clause(check) + ("" if check.validated else " NOT VALID")
        for check in domain.constraints
    ]
    yield "\n  ".join([f"CREATE DOMAIN {domain.name} AS {domain.type}", *rules]) + ";"


def _index(table: Relation, index: Index) -> str:
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


_LINES: dict[type[Any], Callable[[Any], Iterator[str]]] = {
    Schema: _schema,
    Extension: _extension,
    Enum: _enum,
    Domain: _domain,
    Composite: _composite,
    Sequence: _sequence,
    Routine: _routine,
    Table: _table,
    View: _view,
    MaterializedView: _view,
    Definition: _definition,
}
