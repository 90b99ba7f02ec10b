"""What is left between two schemas, object by object and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate_core.pg import codec
from migrate_core.schema.access import in_words
from migrate_core.schema.clauses import column_clause
from migrate_core.schema.definitions import Definition, Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, PART_KINDS, ref_of
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Enum,
    Index,
    Other,
    Relation,
    Rule,
    Table,
    Trigger,
)
from migrate_core.schema.views import MaterializedView, View
from migrate_core.verify.report import Difference


def differences(
    found: SchemaGraph, wanted: SchemaGraph, *, wanted_is: str = "declared"
) -> tuple[Difference, ...]:
    """In order of kind and name; the order of columns is no difference."""
    return tuple(_differences(found, wanted, wanted_is))


def _differences(found: SchemaGraph, wanted: SchemaGraph, word: str) -> Iterator[Difference]:
    for field in FIELDS.values():
        ours = {f"{ref_of(thing).kind} {thing.name}": thing for thing in getattr(found, field)}
        theirs = {f"{ref_of(thing).kind} {thing.name}": thing for thing in getattr(wanted, field)}
        yield from _pairs(ours, theirs, word)
    for ours, theirs in zip(_rights(found), _rights(wanted), strict=True):
        yield from _pairs(ours, theirs, word)
    yield from _pairs(_named(found.others), _named(wanted.others), word)


def _rights(graph: SchemaGraph) -> Iterator[dict[str, Any]]:
    """Owners, privileges and default privileges, each by what it is about."""
    yield {f"owner of {o.object.kind} {o.object}": o.role for o in graph.owners}
    yield {
        f"privileges on {ref.kind} {ref}": in_words(found)
        for ref, found in graph.privileges_of.items()
    }
    yield {f"default privileges {of}": in_words(found) for of, found in graph.defaults_of.items()}


def _pairs(found: dict[str, Any], wanted: dict[str, Any], word: str) -> Iterator[Difference]:
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found:
            yield Difference(object=name, what=f"is missing, {word} as {_short(wanted[name])}")
        elif name not in wanted:
            yield Difference(object=name, what=f"is there, not {word}")
        elif isinstance(found[name], Relation):
            yield from _relation(found[name], wanted[name], word)
        elif found[name] != wanted[name] and isinstance(found[name], str):
            yield Difference(object=name, what=f"is {found[name]}, {word} {wanted[name]}")
        elif found[name] != wanted[name]:
            yield Difference(object=name, what=_fields(found[name], wanted[name], word))


def _relation(found: Relation, wanted: Relation, word: str) -> Iterator[Difference]:
    for part_of, field in PARTS.items():
        noun = PART_KINDS[part_of]
        ours = {f"{noun} {found.name}.{part.name}": part for part in getattr(found, field)}
        theirs = {f"{noun} {found.name}.{part.name}": part for part in getattr(wanted, field)}
        yield from _pairs(ours, theirs, word)
    left = _fields(found, wanted, word, apart_from=frozenset(PARTS.values()))
    if left:
        yield Difference(object=f"{ref_of(found).kind} {found.name}", what=left)


def _fields(found: Any, wanted: Any, word: str, *, apart_from: frozenset[str] = frozenset()) -> str:
    return "; ".join(
        f"{field} is {_short(getattr(found, field))}, {word} {_short(getattr(wanted, field))}"
        for field in found.__struct_fields__
        if field not in apart_from and getattr(found, field) != getattr(wanted, field)
    )


def _named(others: tuple[Other, ...]) -> dict[str, Other]:
    return {f"{other.kind} {other.name}": other for other in others}


def _short(value: Any) -> str:
    """As SQL would say it, where there is such a way; never a whole object's fields."""
    match value:
        case None:
            return "none"
        case str():
            return value
        case Column():
            return str(column_clause(value))
        case (
            Constraint()
            | Index()
            | Trigger()
            | Rule()
            | View()
            | MaterializedView()
            | Routine()
            | Other()
        ):
            return value.definition
        case Definition():
            return ";\n".join((value.create, *value.then))
        case Enum():
            return f"({', '.join(value.values)})"
        case Table():
            columns = len(value.columns)
            return f"a table of {columns} column{'s' if columns != 1 else ''}"
        case _:
            return codec.encode(value).decode()
